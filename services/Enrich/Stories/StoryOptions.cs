namespace Storyline.Enrich.Stories;

/// <summary>How articles become stories (configuration section <c>Enrich:Stories</c>).</summary>
public sealed class StoryOptions
{
    /// <summary>A story without a new telling for so long takes no more; 1 hour to 365 days.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Articles kept in memory at most; the stories that were quiet longest go first; 100 to 1,000,000.</summary>
    public int MaxArticles { get; set; } = 20_000;

    /// <summary>Similarity from which an article joins a story, 0 to 1.</summary>
    public double JoinThreshold { get; set; } = 0.30;

    /// <summary>Mean similarity of two stories from which an article that fits both makes them one, 0 to 1.</summary>
    public double MergeThreshold { get; set; } = 0.38;

    /// <summary>Time between two articles after which their similarity counts 1/e; 1 hour to 365 days.</summary>
    public TimeSpan Decay { get; set; } = TimeSpan.FromDays(6);

    /// <summary>Share of the similarity that names have, 0 to 1; the rest is words.</summary>
    public double NameShare { get; set; } = 0.4;
}
