using Storyline.Platform.Commands;

return await CommandLine.RunAsync(args);
