using Storyline.Parse.Tree;

namespace Storyline.Parse.Blocks;

/// <summary>What an element says of its content by its tag, role or the words of its class names and id. Hints only: the model weighs them.</summary>
public enum Hint
{
    Article,
    Main,
    Header,
    Footer,
    Nav,
    Aside,
    Form,
    Figure,
    List,
    Table,
    Quote,
    Link,
    Hidden,
    ArticleBody,
    Content,
    Body,
    Story,
    Paragraph,
    Lead,
    Headline,
    Related,
    Newsletter,
    Share,
    Comment,
    Menu,
    Advert,
    Consent,
    Author,
    Caption,
    Tags,
    Paywall,
    Sidebar,
    Widget,
    Embed,
    Meta,
    Teaser,
    Gallery,
    Live,
    Player,
    Copyright,
    Modal,
    Recommend,
    Fact,
    Count,
}

/// <summary>Reads the <see cref="Hint"/>s of an element as a set of bits.</summary>
internal static class Hints
{
    private const int MaxNameLength = 300;

    // A word of a class name or id → what it hints at. Names are cut at everything but letters, and where a capital follows a small letter.
    private static readonly Dictionary<string, Hint> Words = Table(
        (Hint.Content, "content inhalt contenido contenu contenuto conteudo main text texto texte testo copy richtext wysiwyg prose markdown"),
        (Hint.Body, "body articlebody storybody postbody entrybody bodytext bodycopy cuerpo corpo corps"),
        (Hint.Story, "article story post entry artikel articolo articulo nota noticia news beitrag single blogpost"),
        (Hint.Paragraph, "paragraph para parrafo paragraphe absatz p"),
        (Hint.Lead, "lead lede intro standfirst dek deck subheadline subtitle subhead kicker summary abstract chapeau chapo bajada entradilla sumario occhiello catenaccio ingress sottotitolo vorspann anleser excerpt perex lid"),
        (Hint.Headline, "headline title titulo titre titolo heading header hed ueberschrift dachzeile spitzmarke overline"),
        (Hint.Related, "related relacionadas relacionados relacionada relatednews similar more mehr readmore seealso read next further verwandt ahnlich alsoread weitere previous prev pagination pager"),
        (Hint.Newsletter, "newsletter subscribe subscription signup abo abonnement optin mailing email mailchimp registration register"),
        (Hint.Share, "share sharing social socials shares facebook twitter whatsapp linkedin follow bookmark print sharebar addtoany sharedaddy"),
        (Hint.Comment, "comment comments kommentar kommentare comentarios commentaires disqus respond reply discussion forum coral talk"),
        (Hint.Menu, "nav navigation navbar menu breadcrumb breadcrumbs toolbar toc tabs tab dropdown masthead topbar offcanvas drawer submenu"),
        (Hint.Advert, "ad ads adv advert advertisement advertising sponsor sponsored promo promotion banner dfp anzeige werbung publicidad billboard affiliate commercial partner offer offers cta"),
        (Hint.Consent, "cookie cookies consent onetrust didomi usercentrics gdpr ccpa privacy"),
        (Hint.Author, "author authors byline autor autoren autore auteur bio contributor contributors writer reporter profile journalist vcard"),
        (Hint.Caption, "caption captions credit credits bildunterschrift legende pie leyenda didascalia figcaption photocredit imagecaption"),
        (Hint.Tags, "tag tags topics topic keywords keyword category categories taxonomy labels schlagworte temas label section rubrik"),
        (Hint.Paywall, "paywall piano premium regwall plus paid gate metered login signin account teaserwall locked"),
        (Hint.Sidebar, "sidebar aside rail secondary complementary sidecol rightcol leftcol right left"),
        (Hint.Widget, "widget widgets module box infobox block component card cards panel"),
        (Hint.Embed, "embed embedded tweet instagram tiktok bluesky oembed youtube iframe"),
        (Hint.Meta, "meta date time timestamp datetime published updated fecha datum info details pubdate dateline byliner"),
        (Hint.Teaser, "teaser teasers card cards grid item items feed listing archive tile tiles headlines latest trending popular most list loop"),
        (Hint.Gallery, "gallery slideshow carousel slider swiper slick galerie slide photos picture image img photo media bild foto fotos"),
        (Hint.Live, "live liveblog ticker liveticker timeline update updates"),
        (Hint.Player, "player video audio podcast listen videojs jwplayer playlist speech tts"),
        (Hint.Copyright, "copyright footer legal disclaimer imprint impressum foot bottom terms license footnote footnotes references"),
        (Hint.Modal, "modal popup overlay dialog tooltip lightbox toast alert notice notification hidden hide sr screenreader offscreen visually"),
        (Hint.Recommend, "recommend recommended recommendation recommendations outbrain taboola recirc recirculation suggested suggestions trending promoted discover interest inread"),
        (Hint.Fact, "fact facts factbox box infobox sidebar kasten hintergrund glossary pullquote pull blockquote highlight highlights keypoints takeaways bullets"),
        (Hint.Count, "count counter rating ratings votes vote likes poll quiz reactions button btn icon buttons feedback survey form"));

    public static ulong Of(Element element)
    {
        var hints = OfTag(element);
        foreach (ref readonly var attribute in element.Attributes)
        {
            switch (attribute.Name)
            {
                case "class" or "id" or "data-testid" or "data-component":
                    hints |= OfName(attribute.Value.Span);
                    break;
                case "itemprop" when attribute.Value.Span.Contains("articleBody", StringComparison.OrdinalIgnoreCase) || attribute.Value.Span.SequenceEqual("text"):
                    hints |= Bit(Hint.ArticleBody);
                    break;
                case "role":
                    hints |= OfRole(attribute.Value.Span);
                    break;
                case "hidden" or "aria-hidden" when !attribute.Value.Span.SequenceEqual("false"):
                case "style" when IsHiding(attribute.Value.Span):
                    hints |= Bit(Hint.Hidden);
                    break;
                case "aria-modal":
                    hints |= Bit(Hint.Modal);
                    break;
            }
        }

        return hints;
    }

    public static ulong Bit(Hint hint) => 1UL << (int)hint;

    private static ulong OfTag(Element element) => element.Tag switch
    {
        Tag.Article => Bit(Hint.Article),
        Tag.Main => Bit(Hint.Main),
        Tag.Header => Bit(Hint.Header),
        Tag.Footer => Bit(Hint.Footer),
        Tag.Nav => Bit(Hint.Nav),
        Tag.Aside => Bit(Hint.Aside),
        Tag.Form => Bit(Hint.Form),
        Tag.Figure or Tag.Figcaption => Bit(Hint.Figure),
        Tag.Ul or Tag.Ol or Tag.Dl => Bit(Hint.List),
        Tag.Table => Bit(Hint.Table),
        Tag.Blockquote => Bit(Hint.Quote),
        Tag.A => Bit(Hint.Link),
        Tag.Dialog => Bit(Hint.Modal),
        _ => 0,
    };

    private static ulong OfRole(ReadOnlySpan<char> role) => role switch
    {
        "navigation" => Bit(Hint.Nav),
        "main" => Bit(Hint.Main),
        "article" => Bit(Hint.Article),
        "complementary" => Bit(Hint.Aside),
        "dialog" or "alertdialog" => Bit(Hint.Modal),
        "contentinfo" => Bit(Hint.Footer),
        "banner" => Bit(Hint.Header),
        _ => 0,
    };

    private static bool IsHiding(ReadOnlySpan<char> style)
    {
        var at = style.IndexOf("display", StringComparison.OrdinalIgnoreCase);
        return at >= 0 && style[at..].Length < 40 + "display".Length && style[at..].Contains("none", StringComparison.OrdinalIgnoreCase);
    }

    private static ulong OfName(ReadOnlySpan<char> name)
    {
        name = name[..Math.Min(name.Length, MaxNameLength)];
        var words = Words.GetAlternateLookup<ReadOnlySpan<char>>();
        ulong hints = 0;
        var start = -1;
        for (var i = 0; i <= name.Length; i++)
        {
            var letter = i < name.Length && char.IsAsciiLetter(name[i]);
            var ends = start >= 0 && (!letter || (char.IsAsciiLetterUpper(name[i]) && char.IsAsciiLetterLower(name[i - 1])));
            if (ends)
            {
                hints |= words.TryGetValue(name[start..i], out var hint) ? Bit(hint) : 0;
                start = -1;
            }

            if (letter && start < 0)
            {
                start = i;
            }
        }

        return hints;
    }

    private static Dictionary<string, Hint> Table(params ReadOnlySpan<(Hint Hint, string Words)> rows)
    {
        var table = new Dictionary<string, Hint>(StringComparer.OrdinalIgnoreCase);
        foreach (var (hint, words) in rows)
        {
            foreach (var word in words.Split(' '))
            {
                table.TryAdd(word, hint);
            }
        }

        return table;
    }
}
