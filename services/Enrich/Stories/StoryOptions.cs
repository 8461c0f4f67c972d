using System.Globalization;

namespace Storyline.Enrich.Stories;

/// <summary>How articles become stories.</summary>
public sealed class StoryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Enrich:Stories";

    /// <summary>A story without a new telling for so long takes no more; 1 hour to 365 days.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Articles kept in memory at most; the stories that were quiet longest go first; 100 to 1,000,000.</summary>
    public int MaxArticles { get; set; } = 20_000;

    /// <summary>Similarity from which an article joins a story, over 0 to 1.</summary>
    public double JoinThreshold { get; set; } = 0.22;

    /// <summary>Mean similarity of two stories from which an article that fits both makes them one, over 0 to 1.</summary>
    public double MergeThreshold { get; set; } = 0.30;

    /// <summary>Time between two articles after which their similarity counts 1/e; 1 hour to 365 days.</summary>
    public TimeSpan Decay { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Share of the similarity that names have, 0 to 1; the rest is words.</summary>
    public double NameShare { get; set; } = 0.35;

    /// <summary>Every broken rule.</summary>
    public static IEnumerable<string> Errors(StoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var (name, value) in new[] { (nameof(Window), options.Window), (nameof(Decay), options.Decay) })
        {
            if (value < TimeSpan.FromHours(1) || value > TimeSpan.FromDays(365))
            {
                yield return $"{Section}:{name} is {value}: must be 01:00:00 to 365.00:00:00";
            }
        }

        if (options.MaxArticles is < 100 or > 1_000_000)
        {
            yield return $"{Section}:{nameof(MaxArticles)} is {options.MaxArticles}: must be 100 to 1000000";
        }

        foreach (var (name, value) in new[] { (nameof(JoinThreshold), options.JoinThreshold), (nameof(MergeThreshold), options.MergeThreshold) })
        {
            if (value is not (> 0 and <= 1))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{Section}:{name} is {value}: must be over 0 and at most 1");
            }
        }

        if (options.NameShare is not (>= 0 and <= 1))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Section}:{nameof(NameShare)} is {options.NameShare}: must be 0 to 1");
        }
    }
}
