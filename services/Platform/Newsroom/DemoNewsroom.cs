using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Net.Http.Headers;

namespace Storyline.Platform.Newsroom;

/// <summary>One invented publisher of the demo, reachable on loopback.</summary>
/// <param name="Key">The publisher's folder in <c>samples/newsroom/publishers</c>.</param>
/// <param name="Name">The name as its pages print it.</param>
/// <param name="Language">BCP 47 tag.</param>
/// <param name="BaseUrl">Scheme, host and port, without a trailing slash.</param>
/// <param name="Feeds">The broken ones included.</param>
/// <param name="RobotsTxt">The text that <c>/robots.txt</c> answers.</param>
public sealed record DemoPublisher(string Key, string Name, string Language, string BaseUrl, IReadOnlyList<DemoFeed> Feeds, string RobotsTxt);

/// <summary>One feed of a publisher.</summary>
/// <param name="Url">Absolute.</param>
/// <param name="Kind">The format, or for a defect the format it pretends to be.</param>
/// <param name="Defect">What is wrong with it.</param>
/// <param name="EntryUrls">The links of its entries, as the feed has them. Empty for a feed that is a web page.</param>
public sealed record DemoFeed(string Url, DemoFeedKind Kind, DemoFeedDefect Defect, IReadOnlyList<string> EntryUrls);

/// <summary>
/// Invented publishers on loopback, one port each (robots.txt and politeness hold per authority), that answer as real news sites do: feeds and pages
/// with ETag and Last-Modified, conditional requests, compression, robots.txt. All times are relative to the start.
/// </summary>
public sealed class DemoNewsroom : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<int, PublisherSite> _sites = [];

    private DemoNewsroom(WebApplication app, TimeProvider time)
    {
        _app = app;
        _time = time;
    }

    public IReadOnlyList<DemoPublisher> Publishers { get; private set; } = [];

    /// <summary>The facts behind the pages.</summary>
    public NewsroomExpectations Expected { get; private set; } = new([], "", [], [], [], [], [], []);

    /// <summary>Starts every publisher on a free port of 127.0.0.1.</summary>
    /// <exception cref="FormatException">The sample files are not in their format.</exception>
    /// <exception cref="DirectoryNotFoundException">The sample files are not beside the program.</exception>
    public static async Task<DemoNewsroom> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(time);
        var content = await NewsroomContent.LoadAsync(Path.Combine(AppContext.BaseDirectory, "newsroom"), cancellationToken);

        // The empty builder reads no configuration: an address set for the platform's own host must not bind here too.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var _ in content.Publishers)
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
        });
        builder.Services.AddResponseCompression(options =>
        {
            options.Providers.Add<GzipCompressionProvider>();
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/rss+xml", "application/atom+xml", "application/feed+json"];
        });

        var app = builder.Build();
        var newsroom = new DemoNewsroom(app, time);
        app.Use(newsroom.CountAsync);
        app.UseResponseCompression();
        app.Run(newsroom.AnswerAsync);
        try
        {
            await app.StartAsync(cancellationToken);
            newsroom.Open(content);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return newsroom;
    }

    /// <summary>How often an absolute URL was asked for, whatever the answer.</summary>
    public int RequestCount(string url) => _requests.GetValueOrDefault(url);

    /// <summary>Puts the second revision of the corrected article online: its page, its feeds' entries and their ETags change. Again: nothing.</summary>
    public void PublishCorrection()
    {
        foreach (var site in _sites.Values)
        {
            site.PublishCorrections(_time.GetUtcNow());
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Open(NewsroomContent content)
    {
        var start = _time.GetUtcNow();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        var publishers = new List<DemoPublisher>();
        foreach (var (publisher, address) in content.Publishers.Zip(addresses))
        {
            var site = new PublisherSite(publisher, content.Events, address, start);
            _sites.Add(new Uri(address).Port, site);
            publishers.Add(new DemoPublisher(
                publisher.Key,
                publisher.Name,
                publisher.Language,
                address,
                [.. publisher.Feeds.Select(feed => new DemoFeed(
                    address + feed.Path,
                    feed.Kind,
                    feed.Defect,
                    feed.Defect == DemoFeedDefect.Html ? [] : [.. site.Entries(feed).Select(entry => entry.Url)]))],
                publisher.Files["robots.txt"].Replace("{{base}}", address, StringComparison.Ordinal)));
        }

        Publishers = publishers;
        Expected = Describe(content);
    }

    private NewsroomExpectations Describe(NewsroomContent content)
    {
        var articles = _sites.Values.SelectMany(site => site.Articles).ToList();
        var extras = content.Publishers.Zip(Publishers)
            .SelectMany(pair => pair.First.ExtraEntries.Select(entry => (entry.Kind, Url: pair.Second.BaseUrl + entry.Path))).ToList();
        var feeds = Publishers.SelectMany(publisher => publisher.Feeds).ToList();
        var byUrl = articles.Select(article => article.Url).ToHashSet(StringComparer.Ordinal);
        return new NewsroomExpectations(
            [.. content.Events.Select(newsEvent => Describe(newsEvent, [.. articles.Where(article => article.Event == newsEvent)]))],
            articles.Single(article => article.Content.Correction is not null).Url,
            Extras(ExtraEntryKind.NoArticle),
            Extras(ExtraEntryKind.RobotsDenied),
            Extras(ExtraEntryKind.Missing),
            [.. feeds.Where(feed => feed.Defect == DemoFeedDefect.None).SelectMany(feed => feed.EntryUrls)
                .Select(url => new ExpectedTrackingUrl(url, url.Split('?')[0]))
                .Where(pair => pair.Url.Length > pair.CanonicalUrl.Length && byUrl.Contains(pair.CanonicalUrl))],
            [.. feeds.Where(feed => feed.Defect == DemoFeedDefect.IllFormed).Select(feed => feed.Url)],
            [.. feeds.Where(feed => feed.Defect == DemoFeedDefect.Html).Select(feed => feed.Url)]);

        IReadOnlyList<string> Extras(ExtraEntryKind kind) => [.. extras.Where(extra => extra.Kind == kind).Select(extra => extra.Url)];
    }

    private ExpectedEvent Describe(EventContent newsEvent, IReadOnlyList<SiteArticle> articles)
    {
        var publishers = Publishers.ToDictionary(publisher => publisher.Key, StringComparer.Ordinal);
        return new ExpectedEvent(
            newsEvent.Id,
            newsEvent.Title,
            newsEvent.LookAlike,
            [.. articles.Select(article => new ExpectedTelling(
                article.Url,
                publishers[article.Content.Publisher].Name,
                publishers[article.Content.Publisher].Language,
                article.Title,
                article.Content.Author,
                article.Published,
                article.Content.Role,
                (article.Content.Copies ?? article.Content.Retells) is { } origin
                    ? articles.Single(candidate => string.Equals(candidate.Content.Key, origin, StringComparison.Ordinal)).Url
                    : null,
                article.Content.Credit,
                article.Blocks))],
            [.. newsEvent.People.Select(person => new ExpectedPerson(person.Name, Find(person.Variants), Find(person.Misspelt)))],
            [.. newsEvent.Quotations.Select(quotation => new ExpectedQuotation(quotation.Speaker, Find(quotation.Variants)))]);

        // Whole words: a surname must not be found inside a longer name.
        IReadOnlyList<ExpectedVariant> Find(IEnumerable<string> variants) => [.. variants.Select(variant => new ExpectedVariant(
            variant,
            [.. articles
                .Where(article => article.Blocks.Any(block => Regex.IsMatch(
                    block, $@"(?<!\w){Regex.Escape(variant)}(?!\w)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))))
                .Select(article => article.Url)]))];
    }

    private Task CountAsync(HttpContext context, RequestDelegate next)
    {
        _requests.AddOrUpdate(context.Request.GetEncodedUrl(), 1, (_, count) => count + 1);
        return next(context);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (!_sites.TryGetValue(context.Connection.LocalPort, out var site) || site.Respond(request.Path.Value ?? "/") is not { } answer)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            response.ContentType = "text/html; charset=utf-8";
            await response.WriteAsync("<!doctype html><title>Not found</title><h1>This page does not exist</h1>", context.RequestAborted);
            return;
        }

        var headers = response.GetTypedHeaders();
        headers.ETag = new EntityTagHeaderValue(answer.ETag);
        headers.LastModified = answer.LastModified;
        headers.CacheControl = new CacheControlHeaderValue { MaxAge = TimeSpan.FromSeconds(5) };
        if (IsCurrent(request.GetTypedHeaders(), answer))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = answer.ContentType;
        if (HttpMethods.IsGet(request.Method))
        {
            await response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
    }

    /// <summary>RFC 9110 section 13.2.2: If-None-Match decides alone where it is given, If-Modified-Since otherwise.</summary>
    private static bool IsCurrent(Microsoft.AspNetCore.Http.Headers.RequestHeaders headers, SiteResponse answer) =>
        headers.IfNoneMatch.Count > 0
            ? headers.IfNoneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(answer.ETag), useStrongComparison: false))
            : headers.IfModifiedSince is { } since && answer.LastModified <= since;
}
