using Storyline.Fetch;
using Storyline.Hosting;

return await StorylineHost.RunAsync(args, new FetchModule());
