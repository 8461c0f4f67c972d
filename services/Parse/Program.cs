using Storyline.Hosting;
using Storyline.Parse;

return await StorylineHost.RunAsync(args, new ParseModule());
