using System.Net.Http.Headers;

namespace Storyline.Fetch;

/// <summary>How other people's sites are asked. Section <c>Fetch</c>.</summary>
public sealed class FetchOptions
{
    /// <summary>Largest document, in bytes after content decoding: 10 MiB.</summary>
    public const int MaxDocumentBytes = 10 * 1024 * 1024;

    /// <summary>Most articles that one process may be told to fetch at the same time.</summary>
    internal const int MaxConcurrency = 1000;

    /// <summary>
    /// User-Agent of every request; its first product is the name that robots.txt groups are matched against. Tell here who runs it.
    /// </summary>
    public string UserAgent { get; set; } = "StorylineBot/0.1 (+https://storyline.example/bot)";

    /// <summary>Allow addresses that are not on the public internet, and ports that are none of the web's: for tests, trials and demonstrations only.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Limit of one request with all its redirects and its body.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A body that comes slower than this, after its first seconds, is given up; 0 turns it off.</summary>
    public int MinBytesPerSecond { get; set; } = 500;

    /// <summary>Redirects followed; one more ends with TOO_MANY_REDIRECTS.</summary>
    public int MaxRedirects { get; set; } = 8;

    /// <summary>Time between the starts of two requests to one host.</summary>
    public TimeSpan HostInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests to one host at the same time.</summary>
    public int HostConcurrency { get; set; } = 2;

    /// <summary>Owed URLs of one host that are handed out to be fetched at the same time; the others wait in the ledger, in nobody's way.</summary>
    public int HostBacklog { get; set; } = 32;

    /// <summary>A request that must wait longer for its host goes back to the ledger and is taken up when its time has come.</summary>
    public TimeSpan MaxHostWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest Crawl-delay of a robots.txt that is kept to; a longer one is shortened to this, and logged.</summary>
    public TimeSpan MaxCrawlDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a host is left alone that answers 429 or 503 and does not say for how long; doubled each time that it does so again soon after.</summary>
    public TimeSpan HostBackOff { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Limit of that doubling. Retry-After counts up to a day.</summary>
    public TimeSpan MaxHostBackOff { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Articles fetched at the same time by one process.</summary>
    public int Concurrency { get; set; } = 32;

    /// <summary>Feeds polled at the same time by one process.</summary>
    public int PollConcurrency { get; set; } = 64;

    /// <summary>Time between polls of a feed whose rhythm is not known yet; a failing feed starts from here.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Shortest time between polls of a feed; a lower <see cref="PollInterval"/> lowers it.</summary>
    public TimeSpan MinPollInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time between polls of a feed that is quiet or fails.</summary>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Longest time that a feed's own ttl, sy:updatePeriod or Cache-Control may put its polls off: many say a day and publish by the minute. Retry-After counts up to a day.
    /// </summary>
    public TimeSpan MaxPollHint { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A feed's body is asked for without validators this often, because some servers confirm stale ones for ever.</summary>
    public TimeSpan FullPollInterval { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A feed that permanent redirects lead to the same place for this long, with each poll a readable feed, takes its URL.</summary>
    public TimeSpan MoveAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Sitemaps of a sitemap index, and of the indexes that it names, that one poll reads.</summary>
    public int SitemapChildren { get; set; } = 5;

    /// <summary>Children of a sitemap index that changed longer ago when they are first seen are an archive, and are not read.</summary>
    public TimeSpan SitemapMaxAge { get; set; } = TimeSpan.FromDays(3);

    /// <summary>
    /// Where WebSub hubs reach this service's <c>/websub</c> from outside, such as <c>https://news.example.org/websub</c>; not set: feeds are polled only.
    /// </summary>
    public string? WebSubCallback { get; set; }

    /// <summary>Shortest time between polls of a feed that is pushed.</summary>
    public TimeSpan WebSubPollInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Least time without a new entry before a feed counts as silent, however fast its own rhythm is.</summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromDays(2);

    /// <summary>How long after its first, second, … transient failure a URL is asked again. Default: 10 s, 1 min, 10 min, 1 h.</summary>
    // Null rather than a filled array: the configuration binder appends to what it finds.
    public TimeSpan[]? RetryDelays { get; set; }

    /// <summary>Ask for articles again after <see cref="RefetchDelays"/>, in search of corrections.</summary>
    public bool Refetch { get; set; } = true;

    /// <summary>How long after its first capture an article is asked for again, growing. Default: 1 h, 6 h, 24 h, 3 days.</summary>
    public TimeSpan[]? RefetchDelays { get; set; }

    /// <summary>Articles of one source that are asked for again at the same time, so that a large source's old pages never crowd out new ones.</summary>
    public int RefetchesPerSource { get; set; } = 10;

    /// <summary>How often the ledger is looked through for work that is due.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Quarantined messages kept; the oldest go first.</summary>
    public int MaxQuarantined { get; set; } = 10_000;

    /// <summary>How long a quarantined message is kept.</summary>
    public TimeSpan QuarantineRetention { get; set; } = TimeSpan.FromDays(30);

    internal IReadOnlyList<TimeSpan> Retries => RetryDelays is { Length: > 0 }
        ? RetryDelays
        : [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    internal IReadOnlyList<TimeSpan> Refetches => !Refetch ? [] : RefetchDelays is { Length: > 0 }
        ? RefetchDelays
        : [TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromHours(24), TimeSpan.FromDays(3)];

    /// <summary>The name that robots.txt knows us by: the first product of <see cref="UserAgent"/>.</summary>
    internal string ProductToken => UserAgent.Split('/', ' ')[0];

    public static IEnumerable<string> Errors(FetchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var request = new HttpRequestMessage();
        if (!ProductInfoHeaderValue.TryParse(options.UserAgent.Split(' ')[0], out _) || !request.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent)
            || options.UserAgent.AsSpan().ContainsAny('\r', '\n'))
        {
            yield return $"Fetch:UserAgent is '{options.UserAgent}': must begin with a product name, such as 'ExampleBot/1.0 (+https://example.org/bot)'";
        }

        foreach (var (name, value, least, most) in new (string, TimeSpan, TimeSpan, TimeSpan)[]
                 {
                     (nameof(RequestTimeout), options.RequestTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
                     (nameof(HostInterval), options.HostInterval, TimeSpan.Zero, TimeSpan.FromHours(1)),
                     (nameof(MaxHostWait), options.MaxHostWait, TimeSpan.Zero, TimeSpan.FromSeconds(30)),
                     (nameof(MaxCrawlDelay), options.MaxCrawlDelay, TimeSpan.Zero, TimeSpan.FromHours(1)),
                     (nameof(HostBackOff), options.HostBackOff, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
                     (nameof(MaxHostBackOff), options.MaxHostBackOff, options.HostBackOff, TimeSpan.FromDays(1)),
                     (nameof(PollInterval), options.PollInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
                     (nameof(MaxPollInterval), options.MaxPollInterval, options.PollInterval, TimeSpan.FromDays(30)),
                     (nameof(MinPollInterval), options.MinPollInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
                     (nameof(MaxPollHint), options.MaxPollHint, TimeSpan.Zero, TimeSpan.FromDays(1)),
                     (nameof(FullPollInterval), options.FullPollInterval, TimeSpan.Zero, TimeSpan.FromDays(30)),
                     (nameof(MoveAfter), options.MoveAfter, TimeSpan.Zero, TimeSpan.FromDays(365)),
                     (nameof(SitemapMaxAge), options.SitemapMaxAge, TimeSpan.Zero, TimeSpan.FromDays(36500)),
                     (nameof(WebSubPollInterval), options.WebSubPollInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
                     (nameof(SilentAfter), options.SilentAfter, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)),
                     (nameof(SweepInterval), options.SweepInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)),
                     (nameof(QuarantineRetention), options.QuarantineRetention, TimeSpan.FromHours(1), TimeSpan.FromDays(3650)),
                 })
        {
            if (value < least || value > most)
            {
                yield return $"Fetch:{name} is {value}: must be {least} to {most}";
            }
        }

        foreach (var (name, value, most) in new (string, int, int)[]
                 {
                     (nameof(MaxRedirects), options.MaxRedirects, 20),
                     (nameof(HostConcurrency), options.HostConcurrency, 64),
                     (nameof(HostBacklog), options.HostBacklog, 10_000),
                     (nameof(Concurrency), options.Concurrency, MaxConcurrency),
                     (nameof(PollConcurrency), options.PollConcurrency, 1000),
                     (nameof(SitemapChildren), options.SitemapChildren, 1000),
                     (nameof(MaxQuarantined), options.MaxQuarantined, 1_000_000),
                     (nameof(RefetchesPerSource), options.RefetchesPerSource, 10_000),
                 })
        {
            if (value < 1 || value > most)
            {
                yield return $"Fetch:{name} is {value}: must be 1 to {most}";
            }
        }

        if (options.MinBytesPerSecond is < 0 or > 100_000)
        {
            yield return $"Fetch:MinBytesPerSecond is {options.MinBytesPerSecond}: must be 0 to 100000";
        }

        if (options.Refetches.Count > 20 || options.Refetches.Any(delay => delay <= TimeSpan.Zero || delay > TimeSpan.FromDays(365))
            || !options.Refetches.SequenceEqual(options.Refetches.Order()))
        {
            yield return "Fetch:RefetchDelays must be at most 20 delays of up to 365 days, each longer than the one before";
        }

        if (options.WebSubCallback is { } callback && !(Uri.TryCreate(callback, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0))
        {
            yield return $"Fetch:WebSubCallback is '{callback}': must be the http or https URL at which hubs reach /websub, such as https://news.example.org/websub";
        }

        if (options.Retries.Count > 10 || options.Retries.Any(delay => delay < TimeSpan.Zero || delay > TimeSpan.FromDays(7)))
        {
            yield return "Fetch:RetryDelays must be at most 10 delays of up to 7 days";
        }
    }
}
