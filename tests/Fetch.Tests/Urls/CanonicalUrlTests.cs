using CsCheck;
using Storyline.Contracts;

namespace Storyline.Fetch.Tests.Urls;

public sealed class CanonicalUrlTests
{
    [Theory]
    [InlineData("HTTP://Example.COM/Path", "http://example.com/Path")]
    [InlineData("http://example.com", "http://example.com/")]
    [InlineData("http://example.com:80/a", "http://example.com/a")]
    [InlineData("https://example.com:443/a", "https://example.com/a")]
    [InlineData("https://example.com:8443/a", "https://example.com:8443/a")]
    [InlineData("https://example.com/a/./b/../c", "https://example.com/a/c")]
    [InlineData("https://example.com/a/%2e%2e/c", "https://example.com/c")]
    [InlineData("https://example.com/%7Euser/%e2%82%ac", "https://example.com/~user/%E2%82%AC")]
    [InlineData("https://example.com/a%2Fb", "https://example.com/a%2Fb")]
    [InlineData("https://example.com/caf\u00e9", "https://example.com/caf%C3%A9")]
    [InlineData("https://b\u00fccher.example/a", "https://xn--bcher-kva.example/a")]
    [InlineData("https://example.com./a", "https://example.com/a")]
    [InlineData("https://user:secret@example.com/a", "https://example.com/a")]
    [InlineData("https://example.com/a#section", "https://example.com/a")]
    [InlineData("https://example.com/a?", "https://example.com/a")]
    [InlineData("https://example.com/a?utm_source=rss&UTM_Medium=x&fbclid=1", "https://example.com/a")]
    [InlineData("https://example.com/a?b=2&utm_source=rss&a=1", "https://example.com/a?b=2&a=1")]
    [InlineData("https://example.com/a?id=7&ref=front", "https://example.com/a?id=7&ref=front")]
    [InlineData("https://example.com/a/", "https://example.com/a/")]
    [InlineData("  https://example.com/a\n", "https://example.com/a")]
    [InlineData("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a")]
    [InlineData("https://example-com.cdn.ampproject.org/c/s/example.com/news/A?id=1", "https://example.com/news/A?id=1")]
    [InlineData("https://cdn.ampproject.org/v/example.com/a?amp_js_v=0.1&usqp=mq331&id=1#amp_tf=x", "http://example.com/a?id=1")]
    [InlineData("https://example-com.cdn.ampproject.org/wp/s/example.com", "https://example.com/")]
    [InlineData("https://www.google.com/amp/s/www.example.com/a/amp/", "https://www.example.com/a/amp/")]
    [InlineData("https://www.google.co.uk/amp/s/www.example.com/a?utm_source=x", "https://www.example.com/a")]
    [InlineData("https://www.bing-amp.com/c/s/example.com/a", "https://example.com/a")]
    [InlineData("https://www.google.com/amp/s/a-example.cdn.ampproject.org/c/s/a.example/b", "https://a.example/b")]
    [InlineData("https://example-com.cdn.ampproject.org/i/s/example.com/a.png", "https://example-com.cdn.ampproject.org/i/s/example.com/a.png")]
    [InlineData("https://www.google.com/amp/s/", "https://www.google.com/amp/s/")]
    [InlineData("https://google.evil.example/amp/s/example.com/a", "https://google.evil.example/amp/s/example.com/a")]
    [InlineData("https://example.com/amp/s/other.example/a", "https://example.com/amp/s/other.example/a")]
    public void TryCreate_ByTheRules_GivesTheCanonicalForm(string url, string expected)
    {
        Assert.True(CanonicalUrl.TryCreate(url, out var canonical, out var error), error);
        Assert.Equal(expected, canonical);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("/relative")]
    [InlineData("ftp://example.com/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://")]
    [InlineData("http://exa mple.com/")]
    public void TryCreate_NoFetchableUrl_SaysWhy(string? url)
    {
        Assert.False(CanonicalUrl.TryCreate(url, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void TryCreate_TooLong_SaysWhy() => Assert.False(CanonicalUrl.TryCreate("https://example.com/" + new string('a', 3000), out _, out _));

    [Theory]
    [InlineData("https://example.com/A", "https://example.com/a")]
    [InlineData("https://example.com/a", "https://example.com/a/")]
    [InlineData("https://example.com/?id=1&x=2", "https://example.com/?x=2&id=1")]
    [InlineData("https://example.com/a%2Fb", "https://example.com/a/b")]
    [InlineData("https://example.com/a", "http://example.com/a")]
    [InlineData("https://example.com/?p=1", "https://example.com/?p=2")]
    [InlineData("https://example.com/a?page=1", "https://example.com/a?page=2")]
    [InlineData("https://example.com/a?page=2", "https://example.com/a")]
    [InlineData("https://example.com/index.php?id=10&lang=en", "https://example.com/index.php?id=10&lang=de")]
    [InlineData("https://example.com/article?ID=abc", "https://example.com/article?ID=ABC")]
    [InlineData("https://example.com/article?id=1", "https://example.com/article?ID=1")]
    [InlineData("https://example.com/story.html", "https://example.com/story")]
    [InlineData("https://example.com/index.html", "https://example.com/")]
    [InlineData("https://example.com/a/amp", "https://example.com/a")]
    [InlineData("https://example.com/a?amp=1", "https://example.com/a")]
    [InlineData("https://m.example.com/a", "https://example.com/a")]
    [InlineData("https://www.example.com/a", "https://example.com/a")]
    [InlineData("https://example.com:8080/a", "https://example.com/a")]
    [InlineData("https://example.com/a//b", "https://example.com/a/b")]
    [InlineData("https://example.com/a%20b", "https://example.com/a+b")]
    [InlineData("https://example.com/a%3Fb", "https://example.com/a?b")]
    [InlineData("https://example.com/a;v=1", "https://example.com/a;v=2")]
    [InlineData("https://example.com/a?q=1&q=2", "https://example.com/a?q=2&q=1")]
    [InlineData("https://example.com/a?x", "https://example.com/a?x=")]
    [InlineData("https://example.com/a?source=rss", "https://example.com/a")]
    [InlineData("https://example.com/a?ref=b", "https://example.com/a?ref=c")]
    [InlineData("https://example.com/a?utm=1", "https://example.com/a?utm=2")]
    [InlineData("https://example.com/caf%C3%A9", "https://example.com/cafe%CC%81")]
    [InlineData("https://example-com.cdn.ampproject.org/c/s/example.com/a", "https://example-com.cdn.ampproject.org/c/s/example.com/b")]
    public void TryCreate_DifferentArticles_StayDifferent(string one, string other)
    {
        Assert.True(CanonicalUrl.TryCreate(one, out var first, out _));
        Assert.True(CanonicalUrl.TryCreate(other, out var second, out _));
        Assert.NotEqual(ArticleId.OfUrl(first), ArticleId.OfUrl(second));
    }

    [Fact]
    public void TryCreate_Twice_ChangesNothing()
    {
        var piece = Gen.OneOf(
            Pick.From("/", "..", ".", "%", "%2e", "%2F", "%e2%82%ac", "?", "&", "=", "#", "utm_source=", ";", "//", "\\", "@", ":", "é", "\u200d", "\ud83d\ude00", "\ud800", " ", "+", "[", "|", "%zz", "%25"),
            Gen.String[Gen.Char.AlphaNumeric, 0, 5],
            Gen.String[0, 4]);
        var url = Gen.Select(
            Pick.From("http://", "https://", "HTTP://"), Pick.From("example.com", "EXAMPLE.com.", "a.b:8080", "bücher.example", "127.1", "0x7f.1", "[::1]", "u:p@h.example", "x.cdn.ampproject.org/c", "x.cdn.ampproject.org/v/s/a.example", "www.google.com/amp/s/b.example", "google.de/amp"), piece.Array[0, 12].Select(string.Concat),
            (scheme, host, rest) => scheme + host + "/" + rest);

        url.Sample(
            text =>
            {
                if (CanonicalUrl.TryCreate(text, out var once, out _))
                {
                    Assert.True(CanonicalUrl.TryCreate(once, out var twice, out var error), $"{once}: {error}");
                    Assert.Equal(once, twice);
                    Assert.All(once, c => Assert.InRange(c, '!', '~'));
                }
            },
            iter: 100_000);
    }

    [Fact]
    public void TryCreate_AnyText_NeverThrows() => Gen.String[0, 60].Sample(text => { CanonicalUrl.TryCreate("http://" + text, out _, out _); }, iter: 50_000);

    [Fact]
    public void OfUrl_KnownUrl_IsTheFirstHalfOfItsSha256()
    {
        Assert.Equal("0f115db062b7c0dd030b16878c99dea5", ArticleId.OfUrl("https://example.com/"));
        Assert.Equal(ArticleId.OfBytes("https://example.com/"u8), ArticleId.OfUrl("https://example.com/"));
        Assert.StartsWith("urn:sha256:0f115db062b7c0dd030b16878c99dea5", ArticleId.UrnOfBytes("https://example.com/"u8), StringComparison.Ordinal);
    }
}
