using Storyline.Hosting;
using Storyline.Partner;

return await StorylineHost.RunAsync(args, new PartnerModule());
