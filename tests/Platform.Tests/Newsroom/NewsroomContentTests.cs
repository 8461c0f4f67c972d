using Storyline.Platform.Newsroom;

namespace Storyline.Platform.Tests.Newsroom;

/// <summary>The sample files say what they claim.</summary>
public sealed class NewsroomContentTests(NewsroomFixture fixture) : IClassFixture<NewsroomFixture>
{
    private readonly DemoNewsroom _newsroom = fixture.Newsroom;

    [Fact]
    public void Content_Always_IsLargeEnoughToShowThePlatform()
    {
        Assert.True(_newsroom.Publishers.Count >= 6, $"{_newsroom.Publishers.Count} publishers");
        Assert.True(_newsroom.Expected.Events.Count >= 15, $"{_newsroom.Expected.Events.Count} events");
        Assert.True(_newsroom.Expected.Articles.Count() >= 60, $"{_newsroom.Expected.Articles.Count()} articles");
        Assert.Equal(
            Enum.GetValues<TellingRole>(),
            _newsroom.Expected.Articles.Select(article => article.Role).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<DemoFeedKind>(),
            _newsroom.Publishers.SelectMany(publisher => publisher.Feeds).Select(feed => feed.Kind).Distinct().Order());
    }

    [Fact]
    public void Content_Always_HoldsEverySpecialCase()
    {
        var expected = _newsroom.Expected;

        Assert.NotEmpty(expected.CorrectedArticleUrl);
        Assert.NotEmpty(expected.NoArticleUrls);
        Assert.NotEmpty(expected.RobotsDeniedUrls);
        Assert.NotEmpty(expected.MissingUrls);
        Assert.NotEmpty(expected.TrackingUrls);
        Assert.NotEmpty(expected.BrokenFeedUrls);
        Assert.NotEmpty(expected.HtmlFeedUrls);
    }

    [Fact]
    public void Articles_Always_AreUniqueRecentAndOfNewsLength()
    {
        var articles = _newsroom.Expected.Articles.ToList();

        Assert.Distinct(articles.Select(article => article.Url));
        Assert.All(articles, article =>
        {
            Assert.InRange(TimeProvider.System.GetUtcNow() - article.Published, TimeSpan.Zero, TimeSpan.FromHours(49));
            Assert.InRange(Words(article), 120, 450);
            Assert.DoesNotContain('{', string.Concat(article.Blocks));
        });
    }

    [Fact]
    public void Names_EveryDeclaredSpelling_OccursInAnArticleOfItsEvent()
    {
        Assert.All(
            _newsroom.Expected.Events.SelectMany(newsEvent => newsEvent.People).SelectMany(person => person.Variants.Concat(person.Misspelt)),
            variant => Assert.True(variant.Urls.Count > 0, $"'{variant.Text}' occurs nowhere"));
    }

    [Fact]
    public void Quotations_EveryDeclaredVariant_OccursInAnArticleOfItsEvent()
    {
        Assert.All(
            _newsroom.Expected.Events.SelectMany(newsEvent => newsEvent.Quotations).SelectMany(quotation => quotation.Variants),
            variant => Assert.True(variant.Urls.Count > 0, $"'{variant.Text}' occurs nowhere"));
    }

    [Fact]
    public void Quotations_EverySpeaker_IsAPersonOfTheEvent()
    {
        Assert.All(_newsroom.Expected.Events, newsEvent => Assert.Empty(
            newsEvent.Quotations.Select(quotation => quotation.Speaker).Except(newsEvent.People.Select(person => person.Name))));
    }

    [Fact]
    public void Tellings_Derived_PointAtTheirOriginAndFollowIt()
    {
        Assert.All(_newsroom.Expected.Events, newsEvent =>
        {
            var byUrl = newsEvent.Tellings.ToDictionary(telling => telling.Url, StringComparer.Ordinal);
            Assert.Contains(newsEvent.Tellings, telling => telling.Role == TellingRole.Original);
            Assert.All(newsEvent.Tellings, telling =>
            {
                Assert.Equal(telling.Role == TellingRole.Original, telling.DerivesFromUrl is null);
                if (telling.DerivesFromUrl is { } origin)
                {
                    Assert.True(telling.Published > byUrl[origin].Published, $"{telling.Url} is older than what it derives from");
                }
            });
        });
    }

    [Fact]
    public void Tellings_WireCopy_CreditTheAgencyAndKeepItsText()
    {
        Assert.All(_newsroom.Expected.Events, newsEvent => Assert.All(
            newsEvent.Tellings.Where(telling => telling.Role == TellingRole.WireCopy),
            copy =>
            {
                var wire = newsEvent.Tellings.Single(telling => string.Equals(telling.Url, copy.DerivesFromUrl, StringComparison.Ordinal));
                Assert.NotNull(copy.Credit);
                Assert.NotEqual(wire.Publisher, copy.Publisher);
                Assert.Subset(wire.Blocks.ToHashSet(StringComparer.Ordinal), copy.Blocks.ToHashSet(StringComparer.Ordinal));
            }));
    }

    [Fact]
    public void Events_LookAlikes_NameEachOther()
    {
        var byId = _newsroom.Expected.Events.ToDictionary(newsEvent => newsEvent.Id, StringComparer.Ordinal);
        var pairs = byId.Values.Where(newsEvent => newsEvent.LookAlike is not null).ToList();

        Assert.NotEmpty(pairs);
        Assert.All(pairs, newsEvent => Assert.Equal(newsEvent.Id, byId[newsEvent.LookAlike!].LookAlike));
    }

    [Fact]
    public async Task Load_FileWithoutArticle_NamesTheFile()
    {
        var folder = Directory.CreateTempSubdirectory("newsroom");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "publishers"));
            Directory.CreateDirectory(Path.Combine(folder.FullName, "events"));
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "events", "empty.md"), "---\ntitle: Nothing\n", TestContext.Current.CancellationToken);

            var error = await Assert.ThrowsAsync<FormatException>(
                () => NewsroomContent.LoadAsync(folder.FullName, TestContext.Current.CancellationToken));

            Assert.Contains("empty.md", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int Words(ExpectedTelling article) => article.Blocks.Sum(block => block.Split(' ').Length);
}
