using System.Security.Cryptography;
using System.Text;
using Storyline.Contracts;

namespace Storyline.Enrich.Tests;

/// <summary>Invented articles for tests.</summary>
internal static class Articles
{
    public static readonly DateTimeOffset Start = new(2024, 3, 4, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Four towns in each of which a bridge is closed: the same words, other places and people.</summary>
    public static readonly (string Town, string Mayor, string River)[] Bridges =
    [
        ("Aldermoor", "Hannah Whitlock", "Tarn"), ("Kestrelby", "Tomas Oyelaran", "Wend"),
        ("Port Lorran", "Ingrid Salas", "Ouse"), ("Velmont", "Pavel Drummond", "Isk"),
    ];

    public static ArticleParsed Parsed(string id, string title, string body, int capture = 1, DateTimeOffset? published = null, string source = "example.org", params string[] wires) => new()
    {
        ArticleId = id,
        Capture = capture,
        Url = $"https://{source}/{id}",
        SourceId = source,
        FetchedAt = published ?? Start,
        ContentDigest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(title + "\n" + body))),
        ParserVersion = "1",
        Content = new ArticleContent
        {
            Title = title,
            Body = body,
            Blocks = [.. body.Split("\n\n").Select(p => new Block(BlockKind.Paragraph, p))],
            Language = "en",
            PublishTime = published,
            PublishTimeConfidence = published is null ? 0 : 1,
            WireCredits = wires,
        },
    };

    public static ArticleParsed Bridge(string id, int town, int capture = 1, DateTimeOffset? published = null, string extra = "")
    {
        var (name, mayor, river) = Bridges[town];
        return Parsed(
            id,
            $"{name} closes its bridge over the {river} after cracks are found",
            $"""
            The town of {name} closed its only road bridge over the {river} on Monday after inspectors found cracks in two of its piers, the council said.

            “Nobody will cross it until we know that it is safe,” said {mayor}, the mayor of {name}. “I would rather be late than sorry.”

            Engineers will spend the week under the bridge in {name}. {mayor} said ferries on the {river} would run every ten minutes.{extra}
            """,
            capture, published, source: $"paper-{id}.example");
    }

    /// <summary>The same event as <see cref="Bridge"/>, told in other words.</summary>
    public static ArticleParsed BridgeRetold(string id, int town, DateTimeOffset? published = null)
    {
        var (name, mayor, river) = Bridges[town];
        return Parsed(
            id,
            $"Cracks shut bridge over the {river} in {name}",
            $"""
            Cars and lorries can no longer cross the {river} in {name}: the road bridge was shut on Monday when cracks came to light in two piers during an inspection.

            Mayor {mayor} told reporters in {name} that it would stay closed until it was known to be safe. "Nobody will cross it until we know that it is safe," {mayor} said.

            Until then a ferry takes people over the {river} every ten minutes, and engineers examine the bridge all week, according to the council.
            """,
            1, published, source: $"paper-{id}.example");
    }
}
