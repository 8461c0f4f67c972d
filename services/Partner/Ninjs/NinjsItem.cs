using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Storyline.Partner.Ninjs;

/// <summary>A news item of IPTC ninjs 3.1, with the properties that Storyline fills. Names and meanings are the standard's.</summary>
public sealed record NinjsItem
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The document is sent as application/json and never put into a page: letters stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Uri { get; init; }
    public required string Type { get; init; }
    public string RepresentationType { get; init; } = "full";
    public required string Profile { get; init; }
    public required string Version { get; init; }
    public DateTimeOffset? FirstCreated { get; init; }
    public DateTimeOffset? VersionCreated { get; init; }
    public string PubStatus { get; init; } = "usable";
    public required string Language { get; init; }
    public required IReadOnlyList<NinjsText> Headlines { get; init; }
    public IReadOnlyList<NinjsText>? Bodies { get; init; }
    public string? By { get; init; }
    public IReadOnlyList<NinjsConcept>? People { get; init; }
    public IReadOnlyList<NinjsConcept>? Organisations { get; init; }
    public IReadOnlyList<NinjsConcept>? Places { get; init; }
    public IReadOnlyList<NinjsSubject>? Subjects { get; init; }
    public IReadOnlyList<NinjsInfoSource>? InfoSources { get; init; }
    public IReadOnlyList<NinjsAssociation>? Associations { get; init; }
    public IReadOnlyList<NinjsAltId>? AltIds { get; init; }
    public NinjsStandard Standard { get; init; } = new();

    /// <summary>The item as UTF-16 text of its JSON; equal items give equal text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>A headline or body.</summary>
public sealed record NinjsText(string Role, string ContentType, string Value, int? CharCount = null, int? WordCount = null);

/// <summary>A person, organisation or place.</summary>
public sealed record NinjsConcept(string Name, string Rel, string Uri);

/// <summary>What the item is about; relevance from 0 to 100.</summary>
public sealed record NinjsSubject(string Name, string? Uri = null, int? Relevance = null, string? Creator = null);

/// <summary>Who originated or supplied the content.</summary>
public sealed record NinjsInfoSource(string Name, string Role);

/// <summary>Another item: the story, the article that this one derives from, a picture, a telling.</summary>
public sealed record NinjsAssociation(string Name, string Rel, string Uri, string? Type = null, IReadOnlyList<NinjsRendition>? Renditions = null);

/// <summary>A file of an item.</summary>
public sealed record NinjsRendition(string Name, string Href);

/// <summary>Another identifier of the item.</summary>
public sealed record NinjsAltId(string Role, string Value);

/// <summary>What the document conforms to.</summary>
public sealed record NinjsStandard
{
    public string Name { get; init; } = "ninjs";
    public string Version { get; init; } = "3.1";
    public string Schema { get; init; } = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#";
}
