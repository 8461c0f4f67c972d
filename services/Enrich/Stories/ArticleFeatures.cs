using Storyline.Contracts;

namespace Storyline.Enrich.Stories;

/// <summary>Terms with weights, parallel arrays.</summary>
/// <param name="Terms">Distinct terms in ordinal order.</param>
/// <param name="Weights">Their weights: in the article alone until it enters the window, then against all others.</param>
public sealed record TermVector(string[] Terms, float[] Weights);

/// <summary>A person, organisation or place as stories remember it.</summary>
/// <param name="Key">The form that is compared.</param>
/// <param name="Type">What it is.</param>
/// <param name="Name">The article's name for it.</param>
/// <param name="Spellings">The article's spellings, most frequent first.</param>
/// <param name="Salience">Share of the article, 0 to 1.</param>
/// <param name="EntityId">The platform's entity; empty until it is resolved.</param>
public sealed record NamedEntity(string Key, EntityType Type, string Name, string[] Spellings, double Salience, string EntityId);

/// <summary>A quoted sentence, or quoted part of one.</summary>
/// <param name="Text">The words.</param>
/// <param name="Speaker">Who said it, if known.</param>
/// <param name="SpeakerEntity">Index of the speaker in the article's entities; -1 when it is none of them.</param>
/// <param name="QuoteIndex">Index of the quote in the article's list that it belongs to.</param>
public sealed record QuotedSentence(string Text, string? Speaker, int SpeakerEntity, int QuoteIndex);

/// <summary>All that clustering, tellings and quotations need of an article revision: a pure function of its content.</summary>
public sealed record ArticleFeatures
{
    /// <summary>The article.</summary>
    public required string ArticleId { get; init; }

    /// <summary>Its revision, from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>Its publisher.</summary>
    public required string SourceId { get; init; }

    /// <summary>Its headline.</summary>
    public required string Title { get; init; }

    /// <summary>BCP 47 tag.</summary>
    public required string Language { get; init; }

    /// <summary>When it was published; null when unknown: time then plays no part in what it is similar to.</summary>
    public required DateTimeOffset? PublishTime { get; init; }

    /// <summary>When it was fetched.</summary>
    public required DateTimeOffset FetchedAt { get; init; }

    /// <summary>Stemmed words of headline and body.</summary>
    public required TermVector Words { get; init; }

    /// <summary>Keys of the names.</summary>
    public required TermVector Names { get; init; }

    /// <summary>Sorted hashes of its word 5-grams.</summary>
    public required uint[] Shingles { get; init; }

    /// <summary>Agencies that it credits.</summary>
    public string[] WireCredits { get; init; } = [];

    /// <summary>Who and what it names, most salient first.</summary>
    public NamedEntity[] Entities { get; init; } = [];

    /// <summary>Direct and mixed quotes, cut at sentence ends.</summary>
    public QuotedSentence[] Quotes { get; init; } = [];

    /// <summary>What it is about.</summary>
    public Keyword[] Keywords { get; init; } = [];

    /// <summary>Publish time, else when it was fetched.</summary>
    public DateTimeOffset Time => PublishTime ?? FetchedAt;
}
