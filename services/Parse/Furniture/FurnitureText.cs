using System.Collections.Frozen;

namespace Storyline.Parse.Furniture;

/// <summary>
/// What can be told to be furniture from its words alone, in any template: invitations to subscribe, follow, share, comment or read something
/// else, player and reader controls, read times. Compared at the start of short pieces of text, so that a sentence of an article that
/// happens to hold such words stays.
/// </summary>
public static class FurnitureText
{
    private const int MaxLength = 240;

    // Starts of pieces that are an invitation or a control, whatever follows. Lower case.
    private static readonly string[] Starts =
    [
        "sign up for", "sign up to", "sign up now", "sign up here", "subscribe to", "subscribe now", "subscribe for", "get our newsletter", "get the latest news", "get the day's", "join our newsletter",
        "for the latest headlines", "for more news", "follow our google news", "follow us on", "follow us:", "follow me on", "like us on", "join us on", "join our whatsapp", "join our telegram", "click here to", "click here for",
        "read more:", "read more at", "read more about", "read also", "read also:", "also read", "also read:", "related:", "related article", "related articles", "related stories", "related posts", "related news", "related topics", "related content", "more on this story",
        "more information", "see also", "see also:", "recommended:", "don't miss:", "don’t miss:", "you may also like", "you might also like", "most read", "most popular", "trending now", "top content trending",
        "share this", "share on", "share article", "share via", "tweet this", "copy link", "print this", "email this", "leave a reply", "leave a comment", "post a comment", "add a comment", "join the conversation", "write a comment",
        "your email address will not be published", "required fields are marked", "notify me of", "save my name", "back to top", "skip to", "jump to", "scroll to", "accessibility links",
        "no media source currently available", "please wait", "loading...", "loading…", "advertisement", "article continues below", "story continues below", "continue reading", "this content is not available", "enable javascript", "please enable",
        "read mode", "font size", "listen to this article", "listen to article", "all rights reserved", "source link", "archived in", "filed under", "tags:", "topics:", "log in to", "login to", "sign in to", "register to", "create an account",
        "download our app", "download the app", "get the app", "we use cookies", "this article contains affiliate links", "by signing up", "support our journalism", "an dieser stelle findest du einen externen inhalt", "sie haben einen fehler gefunden", "article réservé aux abonnés", "la suite est réservée", "この記事は会員限定", "this site uses cookies", "accept cookies", "manage cookies",
        "lea también", "lea además", "lea más", "leer más", "lee también", "te puede interesar", "te recomendamos", "suscríbete", "suscríbase", "síguenos", "recomendaciones", "más información", "ver más",
        "lire aussi", "à lire aussi", "lire la suite", "abonnez-vous", "inscrivez-vous", "suivez-nous", "partager sur",
        "lesen sie auch", "lesen sie hier", "lesen sie mehr", "lesen sie dazu", "mehr zum thema", "mehr dazu", "auch interessant", "das könnte sie auch interessieren", "das könnte dich auch interessieren", "jetzt abonnieren", "newsletter abonnieren", "zum newsletter", "abonnieren sie", "abonniere unseren", "folgen sie uns",
        "teilen auf", "artikel teilen", "kommentar schreiben", "schreibe einen kommentar", "kommentieren", "kommentare anzeigen", "hinterlasse einen kommentar", "antworten abbrechen", "deine e-mail-adresse wird nicht", "ähnliche beiträge", "ähnliche artikel", "weitere artikel", "anzeige", "beitrag teilen", "diesen artikel teilen", "quelle: den vollständigen", "empfohlener redaktioneller inhalt", "externer inhalt", "weiterlesen", "lesetipp", "lesen sie weiter",
        "leggi anche", "leggi tutto", "iscriviti", "condividi", "leia também", "leia mais", "saiba mais", "inscreva-se", "assine", "compartilhe", "lees ook", "lees meer", "läs också", "läs mer", "les også", "læs også", "lue myös", "czytaj też", "czytaj także", "czytaj więcej", "zobacz też", "čtěte také", "čtěte více", "přečtěte si", "читайте также", "читайте також", "baca juga", "ayrıca okuyun", "xem thêm", "اقرأ أيضا", "関連記事", "相关阅读",
    ];

    // Pieces that are furniture only when they are nothing more than this. Lower case.
    private static readonly HashSet<string> Whole = new(StringComparer.OrdinalIgnoreCase)
    {
        "top story", "top stories", "breaking news", "the news", "latest news", "news", "exclusive", "live", "share", "tweet", "print", "email", "comments", "comment", "reply", "facebook", "twitter", "whatsapp", "linkedin", "pinterest", "telegram",
        "instagram", "copy", "save", "menu", "search", "home", "read more", "more", "newsletter", "subscribe", "sign up", "log in", "login", "follow", "next", "previous", "view all", "show more", "load more", "see more", "learn more",
        "published", "updated", "published:", "updated:", "published: updated:", "tags", "topics", "about the author", "about author", "mehr", "teilen", "drucken", "kommentare", "merken", "zur startseite", "startseite", "werbung", "publicité", "publicidad",
        "pubblicità", "publicidade", "compartir", "partager", "comentarios", "commentaires", "imprimir", "trending", "recommended", "popular", "gallery", "watch", "video", "audio", "photo", "photos", "play", "pause", "close", "ad", "ads", "advertising", "sponsored", "more stories", "more news", "more from", "in this article", "play video",
        "a+", "a-", "aa", "link kopieren", "link copied", "copied", "editor's picks", "editors' picks", "most viewed", "author", "by", "image", "images",
    };

    // Headings after which the rest of a page is no article any more. Lower case, whole piece without its final colon.
    private static readonly HashSet<string> Ends = new(StringComparer.OrdinalIgnoreCase)
    {
        "leave a reply", "leave a comment", "post a comment", "add a comment", "comments", "related articles", "related stories", "related posts", "related news", "related content", "related topics", "you may also like", "you might also like", "more on this story", "source link",
        "read more", "read next", "most read", "most popular", "more stories", "more news", "recommended for you", "recommended stories", "trending now", "top content trending", "archived in", "more information", "about the author", "back to top button",
        "schreibe einen kommentar", "kommentare", "das könnte sie auch interessieren", "das könnte dich auch interessieren", "mehr zum thema", "ähnliche beiträge", "ähnliche artikel", "weitere artikel", "lesen sie auch", "auch interessant",
        "lire aussi", "à lire aussi", "lea también", "noticias relacionadas", "te puede interesar", "comentarios", "leggi anche", "leia também", "lees ook", "читайте также", "関連記事", "相关阅读",
    };

    private static readonly FrozenDictionary<char, string[]> StartsByLetter =
        Starts.GroupBy(start => char.ToUpperInvariant(start[0])).ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>The piece is furniture by its own words.</summary>
    public static bool IsFurniture(string text)
    {
        if (text.Length > MaxLength)
        {
            return false;
        }

        var trimmed = text.AsSpan().Trim(" *>→▶»›|•·–-:▸►✉☰\"");
        return trimmed.IsEmpty || Whole.GetAlternateLookup<ReadOnlySpan<char>>().Contains(trimmed) || StartsFurniture(trimmed) || IsReadTime(trimmed) || IsControls(trimmed);
    }

    /// <summary>Nothing after this heading belongs to the article.</summary>
    public static bool EndsArticle(string text) => text.Length <= 60 && Ends.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text.AsSpan().Trim(" :*>→▶»›|•·–-"));

    private static bool StartsFurniture(ReadOnlySpan<char> text)
    {
        if (!StartsByLetter.TryGetValue(char.ToUpperInvariant(text[0]), out var starts))
        {
            return false;
        }

        foreach (var start in starts)
        {
            if (text.StartsWith(start, StringComparison.OrdinalIgnoreCase) && (text.Length == start.Length || !char.IsLetter(start[^1]) || !char.IsLetter(text[start.Length])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"5 min read", "Lesezeit: 3 Minuten", "3 minutes to read".</summary>
    private static bool IsReadTime(ReadOnlySpan<char> text) => text.Length <= 40 && text.IndexOfAnyInRange('0', '9') >= 0
        && (text.Contains("min read", StringComparison.OrdinalIgnoreCase) || text.Contains("minute read", StringComparison.OrdinalIgnoreCase) || text.Contains("minutes to read", StringComparison.OrdinalIgnoreCase)
            || text.Contains("lesezeit", StringComparison.OrdinalIgnoreCase) || text.Contains("min. lesen", StringComparison.OrdinalIgnoreCase) || text.Contains("min lecture", StringComparison.OrdinalIgnoreCase)
            || text.Contains("min de lectura", StringComparison.OrdinalIgnoreCase) || text.Contains("font size", StringComparison.OrdinalIgnoreCase));

    /// <summary>Clock positions of a player ("0:00 0:02:04 0:00"), counts, percentages: no letter in it.</summary>
    private static bool IsControls(ReadOnlySpan<char> text)
    {
        if (text.Length > 60)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (char.IsLetter(c))
            {
                return false;
            }
        }

        return true;
    }
}
