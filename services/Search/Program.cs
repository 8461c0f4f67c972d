using Storyline.Hosting;
using Storyline.Search;

return await StorylineHost.RunAsync(args, new SearchModule());
