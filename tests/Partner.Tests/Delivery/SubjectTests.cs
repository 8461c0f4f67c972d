using Storyline.Hosting.Bus;
using Storyline.Partner.Delivery;

namespace Storyline.Partner.Tests.Delivery;

public sealed class SubjectTests
{
    [Theory]
    [InlineData("en-GB", "a.article.en-gb")]
    [InlineData("und", "a.article.und")]
    [InlineData("", "a.article.und")]
    [InlineData("en.#", "a.article.und")]
    [InlineData("a language that nobody has declared", "a.article.und")]
    public void RoutingKey_AnyLanguage_HasThreeWords(string language, string key) =>
        Assert.Equal(key, new Subject(Subject.Article, "a1", 1, language).RoutingKey("a"));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public void Checked_IdThatNoBrokerTakes_IsPermanent(string articleId) =>
        Assert.Equal("INVALID_ID", Assert.Throws<PermanentException>(() => new Subject(Subject.Article, articleId, 1, "en").Checked()).Outcome);

    [Fact]
    public void MessageId_SameVersion_IsTheSame() =>
        Assert.Equal("story:s1:7", new Subject(Subject.Story, "s1", 7, "en").Checked().MessageId);
}
