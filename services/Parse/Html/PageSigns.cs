using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Storyline.Parse.Blocks;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Html;

/// <summary>What an element says of itself in attributes: its role, or a part of its class or id.</summary>
[Flags]
internal enum Hints
{
    None = 0,

    /// <summary><c>itemprop=author</c>.</summary>
    AuthorProperty = 1 << 0,

    /// <summary><c>rel=author</c>.</summary>
    AuthorRelation = 1 << 1,

    /// <summary>The <c>fn</c> of a vcard.</summary>
    CardName = 1 << 2,

    /// <summary>A class or id that speaks of a byline, or an element of that name.</summary>
    Byline = 1 << 3,

    /// <summary>A class or id that speaks of an author's name.</summary>
    AuthorName = 1 << 4,

    /// <summary>A class or id that speaks of an author.</summary>
    Author = 1 << 5,

    /// <summary>A link to an author's page.</summary>
    AuthorLink = 1 << 6,

    /// <summary>A class or id that speaks of a date or time, or a <c>time</c> element.</summary>
    Date = 1 << 7,

    /// <summary><c>itemprop=datePublished</c> or <c>time[pubdate]</c>.</summary>
    PublishedProperty = 1 << 8,

    /// <summary><c>itemprop=dateModified</c>.</summary>
    ModifiedProperty = 1 << 9,

    /// <summary>The teaser under the headline.</summary>
    Standfirst = 1 << 10,

    /// <summary>The headline, in something other than <c>h1</c>.</summary>
    Headline = 1 << 11,

    /// <summary>A link inside a byline.</summary>
    BylineLink = 1 << 12,

    /// <summary>A link inside something that speaks of an author.</summary>
    AuthorBoxLink = 1 << 13,

    /// <summary><c>itemtype</c> of a live blog.</summary>
    LiveBlog = 1 << 14,

    /// <summary>A link to somebody's profile, or a class that speaks of a user: the author of a blog's or a forum's page, or who comments on it.</summary>
    User = 1 << 15,

    Authorship = AuthorProperty | AuthorRelation | CardName | Byline | AuthorName | Author | AuthorLink | BylineLink | AuthorBoxLink,
}

/// <summary>What an element stands inside.</summary>
[Flags]
internal enum Surroundings
{
    None = 0,
    Article = 1 << 0,
    Link = 1 << 1,
    SubHeading = 1 << 2,
    Footer = 1 << 3,
    Aside = 1 << 4,
    Navigation = 1 << 5,
    Comments = 1 << 6,
    Card = 1 << 7,
    Byline = 1 << 8,
    Author = 1 << 9,
    Header = 1 << 10,
    Main = 1 << 11,

    /// <summary>A picture with its caption: who is named there made the picture.</summary>
    Figure = 1 << 12,

    /// <summary>Another article's box: related, recommended, a sidebar.</summary>
    Elsewhere = 1 << 13,
}

/// <summary>An element that gives evidence.</summary>
/// <param name="Element">The element.</param>
/// <param name="Order">How many elements of the page begin before it.</param>
/// <param name="Hints">What it says of itself.</param>
/// <param name="Around">What it stands inside.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Sign(Element Element, int Order, Hints Hints, Surroundings Around);

/// <summary>Everything in a page that the rules of metadata look at, collected in one walk over the tree.</summary>
internal sealed class PageSigns
{
    private const int MaxMetas = 1_000;
    private const int MaxScripts = 40;
    private const int MaxHeadings = 8;
    private const int MaxSigns = 400;
    private const int MaxTimes = 2_000;
    private const int MaxCredits = 60;

    private static readonly SearchValues<string> Telling = SearchValues.Create(
        ["author", "auth_name", "byline", "date", "time", "publish", "standfirst", "lead", "intro", "summary", "-dek", "subheadline", "teaser-text", "title", "headline", "vcard", "fn", "username", "footer", "comment", "related", "autor", "auteur", "autore", "forfatter", "författare", "writer", "verfasser", "reporter", "journalist"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Captions = SearchValues.Create(["caption", "credit"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> PictureWords = SearchValues.Create(["image", "img", "photo", "foto", "picture", "media", "bild", "wp-caption"], StringComparison.OrdinalIgnoreCase);

    // Addresses of pages about one person.
    private static readonly SearchValues<string> People = SearchValues.Create(
        ["/author/", "/autor/", "/auteur/", "/authors/", "/autoren/", "/autores/", "/profile/", "/profil/", "/user/", "/users/", "/member/", "/members/", "/experten/", "/redakteur", "/contributor", "/journalist", "?author="],
        StringComparison.OrdinalIgnoreCase);

    private static readonly string[] AuthorTokens = ["author", "authors", "autor", "autoren", "autores", "auteur", "autore", "forfatter", "författare", "writer", "verfasser", "reporter", "journalist"];

    private bool _commentsHoldHeadline;
    private int _elements;
    private int _linkText;
    private int _text;

    private PageSigns()
    {
    }

    public List<Element> Metas { get; } = [];

    /// <summary><c>link</c> elements with a <c>rel</c>.</summary>
    public List<Element> Links { get; } = [];

    public string? Base { get; private set; }

    /// <summary>Texts of the JSON-LD blocks.</summary>
    public List<ReadOnlyMemory<char>> Data { get; } = [];

    public string Title { get; private set; } = "";

    /// <summary>The <c>h1</c> elements.</summary>
    public List<Sign> Headings { get; } = [];

    /// <summary><c>h2</c>, <c>h3</c> and what is marked as a headline.</summary>
    public List<Sign> LowerHeadings { get; } = [];

    /// <summary>Everything else with a hint, in document order.</summary>
    public List<Sign> Signs { get; } = [];

    /// <summary><c>time</c> elements of the body that say when in <c>datetime</c>, in document order.</summary>
    public List<Element> Times { get; } = [];

    /// <summary>Captions and credits of pictures by their class, in document order.</summary>
    public List<Element> Credits { get; } = [];

    public bool HasPasswordField { get; private set; }

    /// <summary>Headlines that link elsewhere from inside <c>article</c> elements: many of them make an index.</summary>
    public int ArticleLinks { get; private set; }

    /// <summary>Share of the page's characters that are link text, scripts and white space counted as text.</summary>
    public double LinkShare => _text == 0 ? 0 : (double)_linkText / _text;

    public static PageSigns Of(HtmlTree tree)
    {
        var signs = new PageSigns();
        signs.Visit(tree.Html, Surroundings.None, inBody: false);
        return signs;
    }

    /// <summary>The text below an element, white space normalised, scripts and styles left out; null when it is longer than <paramref name="limit"/>.</summary>
    public static string? ShortText(Element element, int limit)
    {
        // Characters looked at are bounded, too: templates indent by hundreds of spaces.
        var budget = (limit * 8) + 1_000;
        var text = new StringBuilder();
        var node = element.FirstChild;
        while (node is not null)
        {
            if (node is TextNode run)
            {
                text.Append(run.Span.Length <= budget ? run.Span : run.Span[..budget]);
                budget -= run.Span.Length;
                if (budget <= 0)
                {
                    return null;
                }
            }

            node = node is Element { Tag: Tag.Script or Tag.Style or Tag.Noscript or Tag.Template } ? node.FollowingAfter(element) : node.Following(element);
        }

        var normal = Text.Normalise(text.ToString());
        return normal.Length <= limit ? normal : null;
    }

    /// <summary>
    /// The text of a byline: parts that are elements of their own are set apart by <c>|</c>, so that a name does not run into the next one, a role or a date.
    /// Null when it is longer than <paramref name="limit"/>.
    /// </summary>
    public static string? BylineText(Element element, int limit)
    {
        var text = new StringBuilder();
        Append(element, text, limit * 4);
        var normal = Text.Normalise(text.ToString()).Trim(' ', '|');
        return normal.Length > 0 && normal.Length <= limit ? normal : null;
    }

    private static void Append(Element element, StringBuilder text, int limit)
    {
        for (var node = element.FirstChild; node is not null && text.Length <= limit; node = node.Next)
        {
            if (node is TextNode run)
            {
                text.Append(run.Span);
            }
            else if (node is Element { Tag: not (Tag.Script or Tag.Style or Tag.Noscript or Tag.Template or Tag.Svg or Tag.Button) } child)
            {
                var at = text.Length;
                Append(child, text, limit);
                // "By" and "Jane" are parts of something; "Jane Doe" and everything on a line of its own is something.
                var isWhole = child.Tag is Tag.Div or Tag.P or Tag.Li or Tag.Br or Tag.Time || text.ToString(at, text.Length - at).Trim().Contains(' ', StringComparison.Ordinal);
                text.Insert(at, isWhole ? " | " : " ").Append(isWhole ? " | " : " ");
            }
        }
    }

    /// <summary>Whether the sign is about this page's article: not in comments, captions, navigation or other articles' boxes.</summary>
    public bool IsOwn(Sign sign) => (sign.Around & (Surroundings.Figure | Surroundings.Navigation | Surroundings.Footer | Surroundings.Elsewhere)) == Surroundings.None
        && (_commentsHoldHeadline || !sign.Around.HasFlag(Surroundings.Comments));

    /// <summary>A picture's caption or credit by its class, or a social network's post: what is named or dated there is not the article.</summary>
    public static bool IsPictureOrEmbed(Element element) => IsCredit(element) || (element.Tag == Tag.Blockquote && PageBlocks.IsEmbed(element));

    private static bool IsCredit(Element element) => element.Tag is not (Tag.Body or Tag.Html or Tag.Main or Tag.Article)
        && element.Attribute("class") is { Length: > 0 } name && name.ContainsAny(Captions) && name.ContainsAny(PictureWords);

    private void Visit(Element element, Surroundings around, bool inBody)
    {
        var order = _elements++;
        switch (element.Tag)
        {
            case Tag.Meta when element.Has("content") && Metas.Count < MaxMetas:
                Metas.Add(element);
                break;
            case Tag.Link when element.Has("rel") && Links.Count < MaxMetas:
                Links.Add(element);
                break;
            case Tag.Base when Base is null && element.Has("href"):
                Base = element.Value("href");
                break;
            case Tag.Script when Data.Count < MaxScripts && element.Attribute("type").Contains("ld+json", StringComparison.OrdinalIgnoreCase):
                Data.Add(element.WholeText());
                break;
            case Tag.Title when Title.Length == 0:
                Title = ShortText(element, 2_000) ?? "";
                break;
            case Tag.H1 when Headings.Count < MaxHeadings:
                _commentsHoldHeadline |= around.HasFlag(Surroundings.Comments);
                Headings.Add(new Sign(element, order, Hints.Headline, around));
                break;
            case Tag.H2 or Tag.H3 when LowerHeadings.Count < MaxSigns:
                LowerHeadings.Add(new Sign(element, order, Hints.None, around));
                ArticleLinks += around.HasFlag(Surroundings.Link | Surroundings.Article) ? 1 : 0;
                break;
            case Tag.A when element.Has("href"):
                ArticleLinks += around.HasFlag(Surroundings.SubHeading | Surroundings.Article) ? 1 : 0;
                break;
            case Tag.Input when !HasPasswordField:
                HasPasswordField = element.Attribute("type").Equals("password", StringComparison.OrdinalIgnoreCase);
                break;
            case Tag.Time when inBody && Times.Count < MaxTimes && element.Has("datetime"):
                Times.Add(element);
                break;
            case Tag.Body:
                inBody = true;
                break;
        }

        if (inBody && Signs.Count < MaxSigns && HintsOf(element, around) is var hints and not Hints.None)
        {
            (hints == Hints.Headline ? LowerHeadings : Signs).Add(new Sign(element, order, hints, around));
        }

        var below = around | SurroundingsOf(element);
        if (IsPictureOrEmbed(element))
        {
            below |= Surroundings.Figure;
            if (element.Tag != Tag.Blockquote && Credits.Count < MaxCredits)
            {
                Credits.Add(element);
            }
        }

        for (var node = element.FirstChild; node is not null; node = node.Next)
        {
            if (node is Element child)
            {
                Visit(child, below, inBody);
            }
            else if (inBody && node is TextNode run)
            {
                _text += run.Span.Length;
                _linkText += below.HasFlag(Surroundings.Link) ? run.Span.Length : 0;
            }
        }
    }

    private static Surroundings SurroundingsOf(Element element)
    {
        var own = element.Tag switch
        {
            Tag.Article => Surroundings.Article,
            Tag.A when element.Has("href") => Surroundings.Link,
            Tag.H2 or Tag.H3 => Surroundings.SubHeading,
            Tag.Footer => Surroundings.Footer,
            Tag.Aside => Surroundings.Aside,
            Tag.Nav => Surroundings.Navigation,
            Tag.Header => Surroundings.Header,
            Tag.Main => Surroundings.Main,
            Tag.Figure or Tag.Figcaption => Surroundings.Figure,
            _ => Surroundings.None,
        };
        foreach (ref readonly var attribute in element.Attributes)
        {
            if (attribute.Name is "class" or "id")
            {
                var value = attribute.Value.Span;
                own |= Mentions(value, "footer") ? Surroundings.Footer : Surroundings.None;
                own |= element.Tag is not (Tag.Body or Tag.Html or Tag.Main or Tag.Article) && (Mentions(value, "comment") || Mentions(value, "kommentar") || Mentions(value, "disqus")) ? Surroundings.Comments : Surroundings.None;
                own |= element.Tag is not (Tag.Body or Tag.Html or Tag.Main) && (Mentions(value, "related") || Mentions(value, "recommend") || Mentions(value, "sidebar") || Mentions(value, "most-read")) ? Surroundings.Elsewhere : Surroundings.None;
                own |= Mentions(value, "vcard") ? Surroundings.Card : Surroundings.None;
                own |= Mentions(value, "byline") ? Surroundings.Byline : Surroundings.None;
                own |= HasToken(value, "author") ? Surroundings.Author : Surroundings.None;
            }
            else if (attribute.Name == "itemprop")
            {
                own |= HasToken(attribute.Value.Span, "author") ? Surroundings.Author : Surroundings.None;
                own |= HasToken(attribute.Value.Span, "comment") || HasToken(attribute.Value.Span, "review") ? Surroundings.Comments : Surroundings.None;
                own |= HasToken(attribute.Value.Span, "citation") ? Surroundings.Elsewhere : Surroundings.None;
            }
            else if (attribute.Name == "itemtype")
            {
                own |= Mentions(attribute.Value.Span, "ImageObject") ? Surroundings.Figure : Surroundings.None;
                own |= Mentions(attribute.Value.Span, "Comment") ? Surroundings.Comments : Surroundings.None;
            }
        }

        return own;
    }

    private static Hints HintsOf(Element element, Surroundings around)
    {
        var hints = element.Tag == Tag.Time ? Hints.Date : element.Name == "byline" ? Hints.Byline : Hints.None;
        foreach (ref readonly var attribute in element.Attributes)
        {
            var value = attribute.Value.Span;
            hints |= attribute.Name switch
            {
                "class" or "id" => value.ContainsAny(Telling) ? NameHints(value, element.Tag, attribute.Name == "class") : Hints.None,
                "itemprop" => PropertyHints(value),
                "itemtype" when value.EndsWith("LiveBlogPosting", StringComparison.Ordinal) => Hints.LiveBlog,
                "property" when value.EndsWith("datePublished", StringComparison.OrdinalIgnoreCase) || value.EndsWith("dateCreated", StringComparison.OrdinalIgnoreCase) => Hints.PublishedProperty | Hints.Date,
                "rel" when HasToken(value, "author") && element.Tag == Tag.A => Hints.AuthorRelation,
                "rel" when value.Equals("bookmark", StringComparison.OrdinalIgnoreCase) && element.Tag == Tag.A => Hints.Headline,
                "href" when element.Tag == Tag.A && value.ContainsAny(People) => IsAuthorPage(value) ? Hints.AuthorLink : Hints.User,
                "pubdate" when element.Tag == Tag.Time => Hints.PublishedProperty,
                "data-testid" => value.ContainsAny(Telling) ? NameHints(value, element.Tag, isClass: false) & (Hints.Standfirst | Hints.Byline) : Hints.None,
                _ => Hints.None,
            };
        }

        if (element.Tag == Tag.A)
        {
            hints |= around.HasFlag(Surroundings.Byline) ? Hints.BylineLink : Hints.None;
            hints |= around.HasFlag(Surroundings.Author) ? Hints.AuthorBoxLink : Hints.None;
        }

        if (hints.HasFlag(Hints.CardName) && !around.HasFlag(Surroundings.Card) && element.Tag != Tag.A)
        {
            hints &= ~Hints.CardName;
        }

        return hints;
    }

    private static Hints NameHints(ReadOnlySpan<char> value, Tag tag, bool isClass)
    {
        var hints = Hints.None;
        hints |= Mentions(value, "byline") ? Hints.Byline : Hints.None;
        hints |= Mentions(value, "author-name") || Mentions(value, "author__name") || Mentions(value, "authorname") || Mentions(value, "auth_name") ? Hints.AuthorName : Hints.None;
        hints |= isClass && (IsAuthorToken(value) || Mentions(value, "article-author") || Mentions(value, "post-author")) ? Hints.Author : Hints.None;
        hints |= isClass && HasToken(value, "fn") ? Hints.CardName : Hints.None;
        hints |= isClass && Mentions(value, "username") ? Hints.User : Hints.None;
        hints |= Mentions(value, "date") || (isClass && (Mentions(value, "time") || Mentions(value, "publish"))) ? Hints.Date : Hints.None;
        hints |= isClass && (HasToken(value, "entry-title") || HasToken(value, "post-title") || HasToken(value, "article-title")) && tag is not Tag.H1 and not Tag.H2 and not Tag.H3 ? Hints.Headline : Hints.None;
        hints |= Mentions(value, "standfirst") || (isClass && IsStandfirst(value)) ? Hints.Standfirst : Hints.None;
        return hints;
    }

    private static bool IsStandfirst(ReadOnlySpan<char> value) => Mentions(value, "article-lead") || Mentions(value, "article__lead") || Mentions(value, "article-intro") || Mentions(value, "article__intro")
        || Mentions(value, "article-summary") || Mentions(value, "article__summary") || Mentions(value, "article-dek") || Mentions(value, "subheadline") || Mentions(value, "teaser-text");

    private static Hints PropertyHints(ReadOnlySpan<char> value)
    {
        var hints = HasToken(value, "author") ? Hints.AuthorProperty : Hints.None;
        hints |= HasToken(value, "datePublished") ? Hints.PublishedProperty | Hints.Date : Hints.None;
        hints |= HasToken(value, "dateModified") ? Hints.ModifiedProperty : Hints.None;
        hints |= HasToken(value, "description") || HasToken(value, "alternativeHeadline") ? Hints.Standfirst : Hints.None;
        return hints | (HasToken(value, "headline") ? Hints.Headline : Hints.None);
    }

    private static bool IsAuthorPage(ReadOnlySpan<char> address) =>
        Mentions(address, "/author/") || Mentions(address, "/autor/") || Mentions(address, "/auteur/") || Mentions(address, "/authors/");

    // "author", "author-2", "article__author": the word alone or with a number, but not its box, picture or biography.
    private static bool IsAuthorToken(ReadOnlySpan<char> value)
    {
        foreach (var range in value.Split(' '))
        {
            var token = value[range].TrimEnd("0123456789").TrimEnd("-_");
            var part = token[(token.LastIndexOfAny('-', '_') + 1)..];
            foreach (var word in AuthorTokens)
            {
                if (part.Equals(word, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Mentions(ReadOnlySpan<char> value, string name) => value.Contains(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>One of the space-separated words of an attribute.</summary>
    private static bool HasToken(ReadOnlySpan<char> value, string token)
    {
        foreach (var range in value.Split(' '))
        {
            if (value[range].Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
