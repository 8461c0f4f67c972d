using Storyline.Enrich;
using Storyline.Hosting;

return await StorylineHost.RunAsync(args, new EnrichModule());
