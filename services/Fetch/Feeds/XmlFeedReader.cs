using System.Globalization;

namespace Storyline.Fetch.Feeds;

/// <summary>RSS, RDF, Atom, sitemaps and their indexes, in one pass; a document that breaks the rules of XML is read once more, forgivingly.</summary>
internal sealed class XmlFeedReader
{
    // Garbage before the feed: warnings of a broken script, a wrapper.
    private const int MaxGarbage = 64 * 1024;
    private const int MaxHubs = 10;
    private const int MaxTexts = 200;

    private readonly XmlScanner _xml;
    private readonly Uri _url;
    private readonly List<FeedEntry> _entries = [];
    private readonly List<SitemapReference> _sitemaps = [];
    private readonly List<string> _hubs = [];
    private readonly EntryParts _parts = new();
    private XmlVocabulary _ownVocabulary;
    private SkippedTimes _skipped;
    private string? _title;
    private string? _language;
    private string? _self;
    private List<string> _feedAuthors = [];
    private double? _ttlMinutes;
    private string? _period;
    private int _frequency = 1;

    private XmlFeedReader(ArraySegment<char> text, Uri url, bool recovers)
    {
        _xml = new XmlScanner(text, url, recovers);
        _url = url;
    }

    public static FeedDocument Read(ArraySegment<char> text, Uri url)
    {
        var reader = new XmlFeedReader(text, url, recovers: false);
        var (feed, error) = reader.Read();
        if (reader._xml.IsBroken)
        {
            var (recovered, secondError) = new XmlFeedReader(text, url, recovers: true).Read();
            (feed, error) = recovered is not null && (feed is null || recovered.Entries.Count + recovered.Sitemaps.Count >= feed.Entries.Count + feed.Sitemaps.Count)
                ? (recovered, secondError) : (feed, error);
        }

        return feed ?? throw new FeedFormatException(error);
    }

    private (FeedDocument? Feed, string Error) Read()
    {
        string? first = null;
        while (_xml.Position < MaxGarbage && _xml.NextElement())
        {
            var format = _xml.Name switch
            {
                "rss" or "rdf" or "channel" => FeedFormat.Rss,
                "feed" => FeedFormat.Atom,
                "urlset" => FeedFormat.Sitemap,
                "sitemapindex" => FeedFormat.SitemapIndex,
                _ => FeedFormat.Unknown,
            };
            if (format != FeedFormat.Unknown)
            {
                return Feed(format);
            }

            if (first is null && _xml.Name is "html")
            {
                return (null, "the document is an HTML page, not a feed");
            }

            first ??= _xml.Name.ToString();
        }

        return (null, first is null ? "the XML cannot be read: it has no element" : $"the document is XML, but no feed: its root is '{first}'");
    }

    private (FeedDocument? Feed, string Error) Feed(FeedFormat format)
    {
        var depth = _xml.Depth;
        _ownVocabulary = _xml.Vocabulary;
        var isChannel = _xml.Name is "channel";
        switch (format)
        {
            case FeedFormat.Rss:
                Rss(depth, isChannel);
                break;
            case FeedFormat.Atom:
                _language = _xml.Language;
                Atom(depth);
                break;
            case FeedFormat.Sitemap:
                Sitemap(depth);
                break;
            default:
                SitemapIndex(depth);
                break;
        }

        if (format == FeedFormat.SitemapIndex && _sitemaps.Count == 0)
        {
            return (null, "the document is a sitemap index that names no sitemap");
        }

        if (_xml.IsCut && _entries.Count + _sitemaps.Count == 0)
        {
            return (null, "the XML cannot be read: it ends before its first entry does");
        }

        // What the feed says of all entries may stand behind them.
        if (_feedAuthors.Count > 0 || _language is not null)
        {
            for (var i = 0; i < _entries.Count; i++)
            {
                var entry = _entries[i];
                if ((entry.Authors.Count == 0 && _feedAuthors.Count > 0) || (entry.Language is null && _language is not null))
                {
                    _entries[i] = entry with { Authors = entry.Authors.Count == 0 ? _feedAuthors : entry.Authors, Language = entry.Language ?? _language };
                }
            }
        }

        return (new FeedDocument(format, _title ?? "", _entries)
        {
            Language = _language,
            Sitemaps = _sitemaps,
            Hubs = _hubs,
            Self = _self,
            UpdateInterval = UpdateInterval(),
            Skipped = _skipped,
        }, "");
    }

    private bool IsOwn => _xml.Vocabulary is XmlVocabulary.None or XmlVocabulary.Rss || _xml.Vocabulary == _ownVocabulary;

    private void Rss(int depth, bool isChannel)
    {
        if (isChannel)
        {
            Channel(depth);
            return;
        }

        while (_xml.NextChild(depth))
        {
            switch (_xml.Name)
            {
                case "channel":
                    Channel(_xml.Depth);
                    break;
                case "item" or "items":
                    Items();
                    break;
            }
        }
    }

    private void Channel(int depth)
    {
        while (_xml.NextChild(depth))
        {
            switch (_xml.Name)
            {
                case "item" or "items" when IsOwn:
                    Items();
                    break;
                case "title" when IsOwn || _xml.Vocabulary == XmlVocabulary.DublinCore:
                    _title = IsOwn ? FeedText.Plain(_xml.ReadText()) ?? _title : _title ?? FeedText.Plain(_xml.ReadText());
                    break;
                case "language" when IsOwn || _xml.Vocabulary == XmlVocabulary.DublinCore:
                    _language ??= FeedText.Plain(_xml.ReadText());
                    break;
                case "link":
                    FeedLink();
                    break;
                case "ttl" when IsOwn:
                    _ttlMinutes = double.TryParse(_xml.ReadText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) && minutes > 0 ? minutes : _ttlMinutes;
                    break;
                case "updateperiod" when _xml.Vocabulary == XmlVocabulary.Syndication:
                    _period = _xml.ReadText().ToString().ToLowerInvariant();
                    break;
                case "updatefrequency" when _xml.Vocabulary == XmlVocabulary.Syndication:
                    _frequency = int.TryParse(_xml.ReadText(), NumberStyles.None, CultureInfo.InvariantCulture, out var frequency) ? frequency : _frequency;
                    break;
                case "skiphours" when IsOwn:
                    SkipHours();
                    break;
                case "skipdays" when IsOwn:
                    SkipDays();
                    break;
            }
        }
    }

    // <item>, or <items> with items inside (RSS 1.1).
    private void Items()
    {
        if (_xml.Name is "item")
        {
            Item();
            return;
        }

        for (var depth = _xml.Depth; _xml.NextChild(depth); )
        {
            if (_xml.Name is "item")
            {
                Item();
            }
        }
    }

    private void Item()
    {
        _xml.MarkEntry();
        _parts.Clear();
        if (_xml.Attribute("about") is { Length: > 0 } about)
        {
            _parts.About = about;
        }

        _parts.Language = _xml.Language;
        for (var depth = _xml.Depth; _xml.NextChild(depth); )
        {
            var isOwn = IsOwn;
            switch (_xml.Name)
            {
                case "title":
                    Title(isOwn ? 3 : _xml.Vocabulary is XmlVocabulary.DublinCore or XmlVocabulary.Atom ? 2 : 1);
                    break;
                case "link":
                    ItemLink(isOwn);
                    break;
                case "origlink" when _xml.Vocabulary == XmlVocabulary.FeedBurner:
                    _parts.OriginalUrl ??= FeedText.Url(_xml.Base, _xml.ReadText());
                    break;
                case "guid" when isOwn:
                    // Most writers know only the one spelling; a few have others.
                    var isPermanent = !(_xml.TryAttribute("ispermalink", out var permanent) && permanent.Equals("false", StringComparison.OrdinalIgnoreCase));
                    var guidBase = _xml.Base;
                    if (_xml.ReadText() is { IsEmpty: false } guid)
                    {
                        _parts.Id = guid.ToString();
                        _parts.GuidUrl = isPermanent && guid.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? FeedText.Url(guidBase, guid) : null;
                    }

                    break;
                case "identifier" when _xml.Vocabulary == XmlVocabulary.DublinCore:
                case "id" when _xml.Vocabulary == XmlVocabulary.Atom:
                    _parts.OtherId ??= NullIfEmpty(_xml.ReadText());
                    break;
                case "pubdate" when isOwn:
                    Published(4);
                    break;
                case "date" when _xml.Vocabulary == XmlVocabulary.DublinCore:
                    Published(3);
                    break;
                case "created" or "issued" when _xml.Vocabulary == XmlVocabulary.DublinCoreTerms:
                    Published(2);
                    break;
                case "published" or "pubdate" or "publicationdate":
                    Published(1);
                    break;
                case "modified" or "updated" or "lastmod":
                    _parts.Updated ??= FeedDates.Parse(_xml.ReadText());
                    break;
                case "author" or "creator":
                    Author();
                    break;
                case "category" when isOwn:
                    Category();
                    break;
                case "subject" when _xml.Vocabulary == XmlVocabulary.DublinCore:
                    AddText(_parts.Categories, _parts.CategoryMarkup);
                    break;
                case "language" when isOwn || _xml.Vocabulary == XmlVocabulary.DublinCore:
                    _parts.Language = FeedText.Plain(_xml.ReadText()) ?? _parts.Language;
                    break;
            }
        }

        // Of the entry that the document's end cuts, what is there counts if it says which article it is.
        var url = Original(_parts.Url ?? _parts.AtomUrl) ?? _parts.GuidUrl ?? _parts.OtherUrl ?? (_parts.About is null ? null : FeedText.Url(_url, _parts.About));
        if (!_xml.IsCut || url is not null)
        {
            _parts.Id ??= _parts.OtherId ?? _parts.About;
            Add(url);
        }
    }

    private void ItemLink(bool isOwn)
    {
        var @base = _xml.Base;
        var hasHref = _xml.TryAttribute("href", out var href);
        _xml.TryAttribute("rel", out var relation);
        _xml.TryAttribute("type", out var type);
        var (isAlternate, isHtml) = (IsAlternate(relation), IsHtml(type));
        var text = _xml.ReadText();
        if (isOwn && isAlternate)
        {
            _parts.Url = FeedText.Url(@base, text.IsEmpty ? href : text) ?? _parts.Url;
        }
        else if (_xml.Vocabulary == XmlVocabulary.Atom && isAlternate && hasHref && (_parts.AtomUrl is null || (isHtml && !_parts.IsAtomUrlHtml)))
        {
            (_parts.AtomUrl, _parts.IsAtomUrlHtml) = (FeedText.Url(@base, href), isHtml);
        }
    }

    private void Atom(int depth)
    {
        while (_xml.NextChild(depth))
        {
            switch (_xml.Name)
            {
                case "entry" when IsOwn:
                    Entry();
                    break;
                case "title" when IsOwn:
                    _title ??= FeedText.Plain(TitleText().Text);
                    break;
                case "link" when IsOwn:
                    FeedLink();
                    break;
                case "author" when IsOwn:
                    _feedAuthors = [.. _feedAuthors.Append(Person()).OfType<string>().Distinct(StringComparer.Ordinal).Take(MaxTexts)];
                    break;
                case "updateperiod" when _xml.Vocabulary == XmlVocabulary.Syndication:
                    _period = _xml.ReadText().ToString().ToLowerInvariant();
                    break;
                case "updatefrequency" when _xml.Vocabulary == XmlVocabulary.Syndication:
                    _frequency = int.TryParse(_xml.ReadText(), NumberStyles.None, CultureInfo.InvariantCulture, out var frequency) ? frequency : _frequency;
                    break;
            }
        }
    }

    private void Entry()
    {
        _xml.MarkEntry();
        _parts.Clear();
        _parts.Language = _xml.Language;
        List<string>? sourceAuthors = null;
        for (var depth = _xml.Depth; _xml.NextChild(depth); )
        {
            var isOwn = IsOwn;
            switch (_xml.Name)
            {
                case "title":
                    Title(isOwn ? 3 : _xml.Vocabulary == XmlVocabulary.DublinCore ? 2 : 1);
                    break;
                case "link" when isOwn:
                    var hasHref = _xml.TryAttribute("href", out var href);
                    _xml.TryAttribute("rel", out var relation);
                    _xml.TryAttribute("type", out var linkType);
                    var isHtml = IsHtml(linkType);
                    if (!href.IsEmpty && IsAlternate(relation) && (_parts.Url is null || (isHtml && !_parts.IsAtomUrlHtml)))
                    {
                        (_parts.Url, _parts.IsAtomUrlHtml) = (FeedText.Url(_xml.Base, href), isHtml);
                    }
                    else if (!hasHref && _parts.OtherUrl is null)
                    {
                        // RSS's way to write it.
                        var linkBase = _xml.Base;
                        _parts.OtherUrl = FeedText.Url(linkBase, _xml.ReadText());
                    }

                    break;
                case "origlink" when _xml.Vocabulary == XmlVocabulary.FeedBurner:
                    _parts.OriginalUrl ??= FeedText.Url(_xml.Base, _xml.ReadText());
                    break;
                case "id" when isOwn:
                    var (idBase, hasBase) = (_xml.Base, _xml.HasBase);
                    if (_xml.ReadText() is { IsEmpty: false } id)
                    {
                        _parts.Id = hasBase ? FeedText.Identifier(idBase, id.ToString()) : id.ToString();
                        _parts.GuidUrl = id.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? FeedText.Url(idBase, id) : null;
                    }

                    break;
                case "published" or "issued" when isOwn:
                    Published(4);
                    break;
                case "created" when isOwn:
                case "date" when _xml.Vocabulary == XmlVocabulary.DublinCore:
                    Published(2);
                    break;
                case "pubdate":
                    Published(1);
                    break;
                case "updated" or "modified" when isOwn || _xml.Vocabulary == XmlVocabulary.DublinCoreTerms:
                    _parts.Updated ??= FeedDates.Parse(_xml.ReadText());
                    break;
                case "author" when isOwn:
                    if (Person() is { } person && !_parts.Authors.Contains(person) && _parts.Authors.Count < MaxTexts)
                    {
                        _parts.Authors.Add(person);
                    }

                    break;
                case "creator" when _xml.Vocabulary == XmlVocabulary.DublinCore:
                    Author();
                    break;
                case "source" when isOwn:
                    for (var sourceDepth = _xml.Depth; _xml.NextChild(sourceDepth); )
                    {
                        if (_xml.Name is "author" && IsOwn && Person() is { } author && (sourceAuthors ??= []).Count < MaxTexts)
                        {
                            sourceAuthors.Add(author);
                        }
                    }

                    break;
                case "category" when isOwn:
                    Category();
                    break;
                case "subject" when _xml.Vocabulary == XmlVocabulary.DublinCore:
                    AddText(_parts.Categories, _parts.CategoryMarkup);
                    break;
            }
        }

        var url = Original(_parts.Url) ?? _parts.OtherUrl ?? _parts.GuidUrl;
        if (_xml.IsCut && url is null)
        {
            return;
        }

        // RFC 4287 §4.2.1: the entry's own authors, else its source's, else the feed's.
        if (_parts.Authors.Count == 0 && sourceAuthors is not null)
        {
            _parts.Authors.AddRange(sourceAuthors);
        }

        Add(url);
    }

    private void Sitemap(int depth)
    {
        while (_xml.NextChild(depth))
        {
            if (_xml.Name is not "url")
            {
                continue;
            }

            _xml.MarkEntry();
            _parts.Clear();
            for (var pageDepth = _xml.Depth; _xml.NextChild(pageDepth); )
            {
                switch (_xml.Name)
                {
                    case "loc":
                        _parts.Url ??= FeedText.Url(_xml.Base, _xml.ReadText());
                        break;
                    case "lastmod":
                        _parts.Updated ??= FeedDates.Parse(_xml.ReadText());
                        break;
                    case "news":
                        News(_xml.Depth);
                        break;
                }
            }

            if (!_xml.IsCut || _parts.Url is not null)
            {
                Add(_parts.Url);
            }
        }
    }

    private void News(int depth)
    {
        while (_xml.NextChild(depth))
        {
            switch (_xml.Name)
            {
                case "title":
                    Title(3);
                    break;
                case "publication_date":
                    Published(4);
                    break;
                case "keywords":
                    foreach (var word in _xml.ReadText().ToString().Split(',', MaxTexts))
                    {
                        AddText(word, _parts.Categories, _parts.CategoryMarkup);
                    }

                    break;
                case "publication":
                    for (var publication = _xml.Depth; _xml.NextChild(publication); )
                    {
                        if (_xml.Name is "language")
                        {
                            _parts.Language = FeedText.Plain(_xml.ReadText());
                        }
                    }

                    break;
            }
        }
    }

    private void SitemapIndex(int depth)
    {
        while (_xml.NextChild(depth))
        {
            if (_xml.Name is not "sitemap")
            {
                continue;
            }

            _xml.MarkEntry();
            string? location = null;
            DateTimeOffset? modified = null;
            var hasChildren = false;
            for (var sitemapDepth = _xml.Depth; _xml.NextChild(sitemapDepth); hasChildren = true)
            {
                switch (_xml.Name)
                {
                    case "loc":
                        location ??= FeedText.Url(_xml.Base, _xml.ReadText());
                        break;
                    case "lastmod":
                        modified ??= FeedDates.Parse(_xml.ReadText());
                        break;
                }
            }

            // Some leave out the loc.
            location ??= hasChildren ? null : FeedText.Url(_url, _xml.LastText);
            if (location is not null && _sitemaps.Count < FeedReader.MaxEntries)
            {
                _sitemaps.Add(new SitemapReference(location, modified));
            }
        }
    }

    // FeedBurner's links count clicks and lead on, as long as it lives; what they were made of stands beside them.
    private string? Original(string? url) =>
        _parts.OriginalUrl is { } original && (url is null || url.Contains("://feedproxy.google.com/", StringComparison.OrdinalIgnoreCase) || url.Contains(".feedburner.com/~r/", StringComparison.OrdinalIgnoreCase)) ? original : url;

    private void FeedLink()
    {
        if (!_xml.TryAttribute("href", out var href) || href.IsEmpty)
        {
            return;
        }

        var url = FeedText.Url(_xml.Base, href);
        switch (_xml.Attribute("rel")?.ToLowerInvariant())
        {
            case "hub" when url is not null && _hubs.Count < MaxHubs && !_hubs.Contains(url):
                _hubs.Add(url);
                break;
            case "self":
                _self ??= url;
                break;
        }
    }

    // The text of a title with its markup; type and mode are Atom's.
    private (string Text, bool HasMarkup) TitleText()
    {
        var (@base, hasBase) = (_xml.Base, _xml.HasBase);
        var type = _xml.Attribute("type");
        var mode = _xml.Attribute("mode");
        var read = _xml.ReadText();
        var hasMarkup = _xml.HasMarkup || read.ContainsAny('<', '&');
        if (!hasMarkup && (string.Equals(mode, "base64", StringComparison.OrdinalIgnoreCase) || string.Equals(type, "application/octet-stream", StringComparison.OrdinalIgnoreCase))
            && FeedText.FromBase64(read) is { } decoded)
        {
            return (decoded.Trim(), decoded.AsSpan().ContainsAny('<', '&'));
        }

        var text = read.ToString();
        if (hasMarkup && _xml.HasMarkup && type?.Contains("xhtml", StringComparison.OrdinalIgnoreCase) == true)
        {
            text = FeedText.WithoutOuterDiv(text);
        }

        return (hasMarkup && hasBase ? FeedText.WithAbsoluteLinks(text, @base) : text, hasMarkup);
    }

    private void Title(int rank)
    {
        if (rank <= _parts.TitleRank)
        {
            return;
        }

        if (!_xml.HasBase && !_xml.TryAttribute("mode", out _) && (!_xml.TryAttribute("type", out var type) || type is "text" or "html"))
        {
            // The ordinary case: no string but the title's own.
            var read = _xml.ReadText();
            var title = FeedText.Plain(read);
            if (title is not null)
            {
                (_parts.Title, _parts.TitleRank, _parts.TitleMarkup) = (title, rank, read.ContainsAny('<', '&') && !read.SequenceEqual(title) ? read.ToString() : null);
            }

            return;
        }

        var (text, hasMarkup) = TitleText();
        if (FeedText.Plain(text) is { } plain)
        {
            (_parts.Title, _parts.TitleRank, _parts.TitleMarkup) = (plain, rank, hasMarkup && text != plain ? text : null);
        }
    }

    private void Published(int rank)
    {
        if (rank > _parts.PublishedRank && FeedDates.Parse(_xml.ReadText()) is { } time)
        {
            (_parts.Published, _parts.PublishedRank) = (time, rank);
        }
    }

    // <author>Name</author>, a mailbox, or a name inside as Atom has it.
    private void Author()
    {
        var read = _xml.ReadText();
        if (!_xml.HasMarkup)
        {
            AddText(read, _parts.Authors, _parts.AuthorMarkup, isPerson: true);
            return;
        }

        var inner = read.ToArray();
        var person = new XmlScanner(inner, _url, recovers: false);
        while (person.NextElement())
        {
            if (person.Name is "name")
            {
                AddText(person.ReadText(), _parts.Authors, _parts.AuthorMarkup, isPerson: true);
                return;
            }
        }

        AddText(inner, _parts.Authors, _parts.AuthorMarkup, isPerson: true);
    }

    private string? Person()
    {
        string? name = null, address = null;
        for (var depth = _xml.Depth; _xml.NextChild(depth); )
        {
            switch (_xml.Name)
            {
                case "name":
                    name ??= FeedText.Plain(_xml.ReadText());
                    break;
                case "email":
                    address ??= FeedText.Plain(_xml.ReadText());
                    break;
            }
        }

        return name ?? address ?? FeedText.Person(FeedText.Plain(_xml.LastText));
    }

    // RSS has the category as text, Atom as an attribute.
    private void Category()
    {
        if ((_xml.TryAttribute("term", out var term) && !term.IsEmpty) || (_xml.TryAttribute("label", out term) && !term.IsEmpty))
        {
            AddText(term, _parts.Categories, _parts.CategoryMarkup);
        }
        else
        {
            AddText(_parts.Categories, _parts.CategoryMarkup);
        }
    }

    private void AddText(List<string> texts, List<string> markup) => AddText(_xml.ReadText(), texts, markup);

    private void AddText(ReadOnlySpan<char> written, List<string> texts, List<string> markup, bool isPerson = false)
    {
        var plain = FeedText.Plain(written);
        plain = isPerson ? FeedText.Plain(FeedText.Person(plain)) : plain;
        if (plain is null || texts.Count >= MaxTexts || texts.Contains(plain))
        {
            return;
        }

        texts.Add(plain);
        _parts.HasMarkup |= written.ContainsAny('<', '&') && !written.SequenceEqual(plain);
        markup.Add(written.SequenceEqual(plain) ? plain : written.ToString());
    }

    private void Add(string? url)
    {
        if (_entries.Count >= FeedReader.MaxEntries)
        {
            return;
        }

        // An address says less than a name.
        if (_parts.Authors.Count > 1 && _parts.Authors.Exists(author => !FeedText.IsAddress(author)))
        {
            _parts.Authors.RemoveAll(FeedText.IsAddress);
        }

        _entries.Add(new FeedEntry
        {
            Url = url,
            Id = _parts.Id,
            Title = _parts.Title,
            Published = _parts.Published,
            Updated = _parts.Updated,
            Authors = _parts.Authors.Count == 0 ? _feedAuthors : [.. _parts.Authors],
            Categories = _parts.Categories.Count == 0 ? [] : [.. _parts.Categories],
            Language = _parts.Language ?? _language,
            Markup = _parts.HasMarkup || _parts.TitleMarkup is not null ? new FeedMarkup(_parts.TitleMarkup ?? _parts.Title, [.. _parts.AuthorMarkup], [.. _parts.CategoryMarkup]) : null,
        });
    }

    private void SkipHours()
    {
        for (var depth = _xml.Depth; _xml.NextChild(depth); )
        {
            // 0.91 counted from 1 to 24.
            if (_xml.Name is "hour" && int.TryParse(_xml.ReadText(), NumberStyles.None, CultureInfo.InvariantCulture, out var hour) && hour is >= 0 and <= 24)
            {
                _skipped = _skipped.WithHour(hour % 24);
            }
        }
    }

    private void SkipDays()
    {
        for (var depth = _xml.Depth; _xml.NextChild(depth); )
        {
            if (_xml.Name is "day" && Enum.TryParse<DayOfWeek>(_xml.ReadText(), ignoreCase: true, out var day) && Enum.IsDefined(day))
            {
                _skipped = _skipped.WithDay(day);
            }
        }
    }

    private TimeSpan? UpdateInterval()
    {
        if (_ttlMinutes is { } minutes)
        {
            return TimeSpan.FromMinutes(Math.Min(minutes, 60 * 24 * 366));
        }

        TimeSpan? period = _period switch
        {
            "hourly" => TimeSpan.FromHours(1),
            "daily" => TimeSpan.FromDays(1),
            "weekly" => TimeSpan.FromDays(7),
            "monthly" => TimeSpan.FromDays(30),
            "yearly" => TimeSpan.FromDays(365),
            _ => null,
        };
        return period / Math.Max(1, _frequency);
    }

    private static bool IsAlternate(ReadOnlySpan<char> relation) =>
        relation is "" or "alternate" || relation.Equals("alternate", StringComparison.OrdinalIgnoreCase) || relation.EndsWith("/relation/alternate", StringComparison.OrdinalIgnoreCase);

    private static bool IsHtml(ReadOnlySpan<char> type) => type is "" or "text/html" || type.Contains("html", StringComparison.OrdinalIgnoreCase);

    private static string? NullIfEmpty(ReadOnlySpan<char> text) => text.IsEmpty ? null : text.ToString();

    /// <summary>What an entry's elements have said so far; one for all entries.</summary>
    private sealed class EntryParts
    {
        public List<string> Authors { get; } = [];

        public List<string> AuthorMarkup { get; } = [];

        public List<string> Categories { get; } = [];

        public List<string> CategoryMarkup { get; } = [];

        public bool HasMarkup { get; set; }

        public string? Title { get; set; }

        public string? TitleMarkup { get; set; }

        public int TitleRank { get; set; }

        public string? Url { get; set; }

        public string? AtomUrl { get; set; }

        public bool IsAtomUrlHtml { get; set; }

        public string? GuidUrl { get; set; }

        public string? OtherUrl { get; set; }

        /// <summary>What FeedBurner's link was made of.</summary>
        public string? OriginalUrl { get; set; }

        public string? About { get; set; }

        public string? Id { get; set; }

        public string? OtherId { get; set; }

        public DateTimeOffset? Published { get; set; }

        public int PublishedRank { get; set; }

        public DateTimeOffset? Updated { get; set; }

        public string? Language { get; set; }

        public void Clear()
        {
            Authors.Clear();
            AuthorMarkup.Clear();
            Categories.Clear();
            CategoryMarkup.Clear();
            HasMarkup = IsAtomUrlHtml = false;
            TitleRank = PublishedRank = 0;
            Title = TitleMarkup = Url = AtomUrl = GuidUrl = OtherUrl = OriginalUrl = About = Id = OtherId = Language = null;
            Published = Updated = null;
        }
    }
}
