using Storyline.Enrich.Quotations;
using Storyline.Enrich.Tellings;

namespace Storyline.Enrich.Stories;

/// <summary>A story that can still grow. Mutable; owned by one <see cref="StoryClusterer"/>.</summary>
public sealed class Story(string storyId, long foundedOrder)
{
    /// <summary>Stable for life.</summary>
    public string StoryId { get; } = storyId;

    /// <summary>The order of the article that founded it: the smaller one survives a merge.</summary>
    public long FoundedOrder { get; } = foundedOrder;

    /// <summary>Its articles in the order in which they joined.</summary>
    public List<WindowArticle> Members { get; } = [];

    /// <summary>Grows with every change.</summary>
    public long Version { get; set; }

    /// <summary>The sequence number of its last change.</summary>
    public long LastSeq { get; set; }

    /// <summary>The latest time of any telling.</summary>
    public DateTimeOffset ActiveAt { get; set; } = DateTimeOffset.MinValue;

    /// <summary>What its tellings are to each other.</summary>
    public TellingRoles Roles { get; } = new();

    /// <summary>Its utterances.</summary>
    public QuotationGroups Quotations { get; } = new();
}
