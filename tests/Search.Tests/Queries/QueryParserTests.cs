using CsCheck;
using Storyline.Search.Queries;

namespace Storyline.Search.Tests.Queries;

public sealed class QueryParserTests
{
    [Theory]
    [InlineData("tram", "tram")]
    [InlineData("Tram line", "(tram OR line)")]
    [InlineData("\"tram line\"", "\"tram line\"")]
    [InlineData("„tram line“", "\"tram line\"")]
    [InlineData("tram AND line", "(tram AND line)")]
    [InlineData("tram OR line AND bus", "(tram OR (line AND bus))")]
    [InlineData("(tram OR bus) AND line", "((tram OR bus) AND line)")]
    [InlineData("tram -bus", "(tram AND NOT bus)")]
    [InlineData("tram NOT bus", "(tram AND NOT bus)")]
    [InlineData("tram AND NOT (bus OR train)", "(tram AND NOT (bus OR train))")]
    [InlineData("-bus", "NOT bus")]
    [InlineData("tram near/5 line", "(tram near/5 line)")]
    [InlineData("tram NEAR/5 \"new line\"", "(tram near/5 \"new line\")")]
    [InlineData("chin*", "chin*")]
    [InlineData("title:tram", "title:tram")]
    [InlineData("title:(tram bus)", "title:(tram OR bus)")]
    [InlineData("title:\"tram line\" council", "(council AND title:\"tram line\")")]
    [InlineData("lang:en tram line", "((tram OR line) AND lang:en)")]
    [InlineData("lang:en OR lang:de tram", "(tram AND (lang:en OR lang:de))")]
    [InlineData("person:Blinken org:NATO place:Kyiv", "(person:blinken AND org:nato AND place:kyiv)")]
    [InlineData("quote:resign speaker:\"Ida Marsh\"", "(quote:resign AND speaker:\"Ida Marsh\")")]
    [InlineData("PERSON:Blinken", "person:blinken")]
    [InlineData("published:2024", "published:[2024-01-01T00:00:00.000Z TO 2024-12-31T23:59:59.999Z]")]
    [InlineData("published:2024-05-14", "published:[2024-05-14T00:00:00.000Z TO 2024-05-14T23:59:59.999Z]")]
    [InlineData("published:>2024-05", "published:[2024-06-01T00:00:00.000Z TO *]")]
    [InlineData("published:>=2024-05", "published:[2024-05-01T00:00:00.000Z TO *]")]
    [InlineData("published:<2024-05", "published:[* TO 2024-04-30T23:59:59.999Z]")]
    [InlineData("published:<=2024-05", "published:[* TO 2024-05-31T23:59:59.999Z]")]
    [InlineData("published:[2024-05-01 TO 2024-05-02]", "published:[2024-05-01T00:00:00.000Z TO 2024-05-02T23:59:59.999Z]")]
    [InlineData("published:[* TO 2024-05-14T12:00+02:00]", "published:[* TO 2024-05-14T10:00:00.000Z]")]
    public void Parse_QueryLanguage_IsUnderstood(string query, string understood) => Assert.Equal(understood, QueryParser.Parse(query)!.ToString());

    [Theory]
    [InlineData("What did De Gaulle say, and why? (1963)", "(what OR did OR de OR gaulle OR say, OR and OR why? OR 1963)")]
    [InlineData("Kennedy: a life", "(kennedy: OR a OR life)")]
    [InlineData("https://example.org/a", "https://example.org/a")]
    [InlineData("12:30 train", "(12:30 OR train)")]
    [InlineData("U.S . aid -- and more ...", "(u.s OR aid OR and OR more)")]
    [InlineData("left-wing", "left-wing")]
    [InlineData("COALITION TO BE FORMED BY SOCIALISTS AND CHRISTIAN DEMOCRATS .", "(coalition OR to OR be OR formed OR by OR socialists OR and OR christian OR democrats)")]
    [InlineData("NATO AND EU", "(nato AND eu)")]
    [InlineData("near the river", "(near OR the OR river)")]
    public void Parse_PlainSentence_IsWords(string query, string understood) => Assert.Equal(understood, QueryParser.Parse(query)!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    public void Parse_Empty_IsEverything(string query) => Assert.Null(QueryParser.Parse(query));

    [Theory]
    [InlineData("...", 0, "no word")]
    [InlineData("tram \"line", 5, "no end")]
    [InlineData("tram \"\"", 5, "empty phrase")]
    [InlineData("(tram", 0, "never closed")]
    [InlineData("(", 0, "never closed")]
    [InlineData("tram (", 5, "never closed")]
    [InlineData("tram)", 4, "never opened")]
    [InlineData("()", 0, "brackets are empty")]
    [InlineData("AND tram", 0, "nothing before")]
    [InlineData("tram AND", 8, "ends where a word is due")]
    [InlineData("tram OR OR bus", 8, "nothing before")]
    [InlineData("tram NOT", 8, "ends where a word is due")]
    [InlineData("near/5 tram", 0, "nothing before")]
    [InlineData("tram near/0 line", 5, "no valid distance")]
    [InlineData("tram near/51 line", 5, "no valid distance")]
    [InlineData("tram near/x line", 5, "no valid distance")]
    [InlineData("tram near/5 (bus)x", 0, "")]
    [InlineData("tram near/5 chin*", 5, "two words or phrases")]
    [InlineData("c*", 0, "too short")]
    [InlineData("*tram", 0, "cannot begin")]
    [InlineData("sorce:harwick", 0, "no field sorce")]
    [InlineData("title: tram", 0, "has no value")]
    [InlineData("title:", 0, "has no value")]
    [InlineData("title:(lang:en)", 7, "field inside")]
    [InlineData("published:yesterday", 10, "is no time")]
    [InlineData("published:>", 10, "is no time")]
    [InlineData("published:[2024]", 10, "two ends")]
    [InlineData("published:[2024 TO 2023]", 10, "ends before it begins")]
    [InlineData("published:[2024 TO", 10, "no end")]
    public void Parse_WrongQuery_SaysWhereAndWhat(string query, int position, string message)
    {
        if (message.Length == 0)
        {
            Assert.NotNull(QueryParser.Parse(query));
            return;
        }

        var exception = Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(query));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(position, exception.Position);
        Assert.NotEmpty(exception.Hint);
    }

    [Fact]
    public void Parse_MisspeltField_HintNamesTheNearest()
    {
        var exception = Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse("persn:Blinken"));

        Assert.StartsWith("did you mean person:?", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OverTheLimits_IsRefused()
    {
        Assert.NotNull(QueryParser.Parse(new string('a', QueryLimits.MaxLength)));
        Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(new string('a', QueryLimits.MaxLength + 1)));

        Assert.NotNull(QueryParser.Parse(string.Join(' ', Enumerable.Repeat("a", QueryLimits.MaxClauses))));
        Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(string.Join(' ', Enumerable.Repeat("a", QueryLimits.MaxClauses + 1))));

        Assert.NotNull(QueryParser.Parse(Nested(QueryLimits.MaxNesting)));
        Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(Nested(QueryLimits.MaxNesting + 1)));
        Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(new string('(', 1_999)));
        Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(string.Concat(Enumerable.Repeat("-(", 999))));

        static string Nested(int depth) => new string('(', depth) + "a" + new string(')', depth);
    }

    [Fact]
    public void Parse_AnyText_IsUnderstoodOrRefusedWithAPosition() =>
        AnyQuery.Sample(query =>
        {
            try
            {
                QueryParser.Parse(query);
            }
            catch (QuerySyntaxException exception)
            {
                Assert.InRange(exception.Position, 0, query.Length);
                Assert.NotEmpty(exception.Hint);
            }
        }, iter: 20_000);

    [Fact]
    public void Parse_WhatItShows_MeansTheSame() =>
        AnyQuery.Sample(query =>
        {
            try
            {
                if (QueryParser.Parse(query)?.ToString() is { Length: <= QueryLimits.MaxLength } understood)
                {
                    Assert.Equal(understood, QueryParser.Parse(understood)!.ToString());
                }
            }
            catch (QuerySyntaxException)
            {
                // Not a query. One that is shown with more brackets than may be nested is refused too.
            }
        }, iter: 20_000);

    /// <summary>Pieces of the language in any order, with and without white space, and any characters.</summary>
    internal static Gen<string> AnyQuery { get; } = Gen.OneOf(
        Gen.Select(Gen.Int[0, Pieces.Length - 1], Gen.Int[0, 2], (piece, gap) => Pieces[piece] + new string(' ', gap)).Array[0, 25].Select(string.Concat),
        Gen.String[0, 60]);

    private static string[] Pieces =>
    [
        "tram", "The", "chin*", "*", "\"new line\"", "\"", "(", ")", "AND", "OR", "NOT", "-", "near/5", "near/", "title:", "body:", "lang:en", "source:",
        "published:", "published:>2024", "[2024 TO 2025]", "person:", "foo:", ":", "2024-01-01", "é", "新闻", "\ud800", "…", "*a", "a*b", "AN", "NATO", "story:0a",
    ];
}
