using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
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

    private static readonly SearchValues<string> Telling = SearchValues.Create(
        ["author", "auth_name", "byline", "date", "time", "publish", "standfirst", "lead", "intro", "summary", "-dek", "subheadline", "teaser-text", "title", "headline", "vcard", "fn", "footer", "comment", "related", "autor", "auteur"],
        StringComparison.OrdinalIgnoreCase);

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
    public List<string> Data { get; } = [];

    public string Title { get; private set; } = "";

    /// <summary>The <c>h1</c> elements.</summary>
    public List<Sign> Headings { get; } = [];

    /// <summary><c>h2</c>, <c>h3</c> and what is marked as a headline.</summary>
    public List<Sign> LowerHeadings { get; } = [];

    /// <summary>Everything else with a hint, in document order.</summary>
    public List<Sign> Signs { get; } = [];

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
                Data.Add(element.TextContent());
                break;
            case Tag.Title when Title.Length == 0:
                Title = ShortText(element, 2_000) ?? "";
                break;
            case Tag.H1 when Headings.Count < MaxHeadings:
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
            case Tag.Body:
                inBody = true;
                break;
        }

        if (inBody && Signs.Count < MaxSigns && HintsOf(element, around) is var hints and not Hints.None)
        {
            (hints == Hints.Headline ? LowerHeadings : Signs).Add(new Sign(element, order, hints, around));
        }

        var below = around | SurroundingsOf(element);
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
            _ => Surroundings.None,
        };
        foreach (ref readonly var attribute in element.Attributes)
        {
            if (attribute.Name is "class" or "id")
            {
                var value = attribute.Value.Span;
                own |= Mentions(value, "footer") ? Surroundings.Footer : Surroundings.None;
                own |= Mentions(value, "comment") ? Surroundings.Comments : Surroundings.None;
                own |= Mentions(value, "vcard") ? Surroundings.Card : Surroundings.None;
                own |= Mentions(value, "byline") ? Surroundings.Byline : Surroundings.None;
                own |= HasToken(value, "author") ? Surroundings.Author : Surroundings.None;
            }
            else if (attribute.Name == "itemprop" && HasToken(attribute.Value.Span, "author"))
            {
                own |= Surroundings.Author;
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
                "rel" when HasToken(value, "author") && element.Tag == Tag.A => Hints.AuthorRelation,
                "rel" when value.Equals("bookmark", StringComparison.OrdinalIgnoreCase) && element.Tag == Tag.A => Hints.Headline,
                "href" when element.Tag == Tag.A && IsAuthorPage(value) => Hints.AuthorLink,
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
        hints |= isClass && (HasToken(value, "author") || Mentions(value, "article-author") || Mentions(value, "post-author")) ? Hints.Author : Hints.None;
        hints |= isClass && HasToken(value, "fn") ? Hints.CardName : Hints.None;
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
