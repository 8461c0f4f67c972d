namespace Storyline.Parse.Metadata;

/// <summary>From byline text to persons: one name each, without "By", roles, desks, agencies and addresses.</summary>
public static class AuthorNames
{
    private const int MaxAuthors = 30;

    // What stands after an introduction.
    private const string Ends = " :：/／";

    private static readonly string[] Introductions =
    [
        "reported by", "written by", "posted by", "story by", "by", "von", "par", "por", "di", "door", "af", "av", "text", "autor", "autorin", "author", "ein gastbeitrag von", "ein kommentar von",
        "eine analyse von", "interview", "tekst", "words by", "от", "автор", "alle beiträge von", "zeige alle beiträge von", "alle artikel von", "alles von", "mehr von", "view all posts by", "all posts by",
        "posts by", "more by", "more from", "tous les articles de", "ver todas las entradas de", "ein beitrag von", "a post by", "geschrieben von", "verfasst von", "publié par", "escrito por", "scritto da",
        "écrit par", "texte", "texto", "testo", "przez", "yazan", "penulis", "oleh", "a cura di", "vom", "erstellt von", "eingestellt von", "veröffentlicht von", "gepostet von", "gespeichert von", "rezept von",
        "pressemitteilung von", "publicado por", "pubblicato da", "redactado por", "rédigé par", "published by", "reviewed by", "recipe by", "submitted by", "added by", "created by", "责任编辑", "编辑", "作者", "记者", "文",
    ];

    private static readonly string[] Separators =
        [" and ", " und ", " et ", " y ", " e ", " en ", " og ", " och ", " i ", " a ", " ve ", " with ", " & ", " mit ", ";", "|", " / ", "/", ",", "、", "，", " · ", " • ", "\n"];

    // Whole words that no person's name holds: who signs with them is a desk, a role or an agency.
    private static readonly HashSet<string> NoPerson = new(StringComparer.OrdinalIgnoreCase)
    {
        "staff", "newsroom", "editor", "editors", "editorial", "desk", "team", "news", "newsdesk", "agency", "agencies", "admin", "administrator", "webmaster", "redaktion", "redaktionsteam",
        "onlineredaktion", "redacción", "redaccion", "rédaction", "redazione", "redação", "redactie", "redakce", "redakcja", "correspondent", "correspondents", "reporter", "reporters", "contributor", "contributors",
        "magazine", "media", "press", "online", "guest", "unknown", "anonymous", "author", "service", "network", "board", "company", "inc", "inc.", "ltd", "ltd.", "gmbh", "llc",
        "bureau", "wire", "wires", "agentur", "agenturen", "agencia", "agencias", "agence", "agences", "team", "group", "university", "institute", "foundation", "association", "subscribe", "email", "facebook", "twitter",
        "updated", "published", "minutes", "comments", "photo", "photos", "the", "post", "world", "today", "daily", "times", "tv", "radio", "reuters", "afp", "dpa", "ap", "efe", "ansa",
        "editoriale", "lectura", "profile", "website", "blog", "user", "read", "more", "about", "your", "our", "this", "article", "articles", "all", "posts", "view", "null", "undefined", "none", "n/a",
        "journalist", "journalistin", "journaliste", "journalista", "periodista", "giornalista", "dziennikarz", "writer", "writers", "columnist", "kolumnist", "kolumnistin", "redakteur", "redakteurin", "chefredakteur", "chefredakteurin", "korrespondent",
        "korrespondentin", "volontär", "volontärin", "photographer", "fotograf", "fotografin", "illustrator", "producer", "lifestyle", "travel", "entertainment", "politics", "expert", "experts", "experte", "expertin", "reviewer", "founder", "co-founder",
        "authors", "publisher", "anonym", "anónimo", "anonyme", "anonimo", "unbenannt", "ceo", "beitrag", "beiträge", "artikel", "inhalte", "uncategorized", "kommentar", "kommentare", "comment", "profil", "verifizierte",
        "germany", "deutschland", "austria", "österreich", "switzerland", "schweiz", "usa", "abteilung", "department", "ministry", "ministère", "ministerio", "bundesministerium", "government", "archive", "archiv", "nachrichten", "noticias", "kitchens", "collectif", "collective", "portal",
        "presse", "pressestelle", "pressedienst", "zeitung", "verlag", "verein", "verband", "stiftung", "universität", "hochschule", "gruppe", "magazin", "bibliothek", "studio", "shop", "store", "forum", "club", "partners", "solutions", "consulting",
        "name", "nachricht", "e-mail", "ihre", "ihr", "newsletter", "impressum", "datenschutz", "privacy", "policy", "cookie", "cookies", "navigation", "menu", "menü", "wordpress", "instagram", "youtube", "linkedin", "getty", "shutterstock", "pixabay",
        "unsplash", "symbolbild", "symbolfoto", "says", "sagt", "antworten", "reply", "posted", "veröffentlicht", "eingestellt", "herausgeber", "quelle", "source", "lizenz", "kategorie", "kategorien", "kontakt", "contact", "startseite", "home", "suche", "search",
        "officer", "marketing", "manager", "director", "coordinator", "analyst", "development", "bio", "checked", "consultant", "specialist", "engineer", "dietitian", "md", "phd", "geschäftsführer", "geschäftsführerin", "pressesprecher", "pressesprecherin",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag",
    };

    private static readonly HashSet<string> Particles = new(StringComparer.Ordinal)
    {
        "de", "la", "von", "van", "der", "den", "bin", "ibn", "al", "el", "di", "da", "do", "dos", "das", "du", "le", "les", "del", "della", "dei", "y", "i", "e", "zu", "zum", "zur", "ter", "ten", "te", "op", "af", "av", "v.", "vom", "und", "a.", "d.", "san", "st.", "ben", "abu", "ul", "ur", "bint", "dr.", "prof.",
    };

    private static readonly string[] PictureWords = ["foto", "photo", "image", "bild", "grafik", "fotos", "photos", "video", "фото", "picture", "credit", "illustration", "©", "copyright"];

    private static readonly string[] OrganisationEndings = ["ministerium", "verband", "redaktion", "stiftung", "institut", "anstalt", "zeitung", "magazin", "gesellschaft", "admin", "redaktionen", "feuerwehr", "fraktion", "gewerkschaft"];

    /// <summary>Persons among <paramref name="bylines"/>, in order, each once. A byline that names the site or an agency gives nobody.</summary>
    /// <param name="bylines">Texts that name authors.</param>
    /// <param name="siteName">The site's own name, if known.</param>
    /// <param name="anyCase">Also names that are written small: what is declared as a name is one, where a line of text may be anything.</param>
    public static string[] Persons(IEnumerable<string> bylines, string? siteName, bool anyCase = false)
    {
        var persons = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var site = Text.Key(siteName);
        foreach (var byline in bylines)
        {
            // Beside an organisation, a single word is its place or its department: "Harbour Media, Hamburg, Germany".
            var named = Split(Text.Normalise(byline)).ConvertAll(part => Person(part, site, anyCase));
            var onlyFull = named.Contains(null);
            foreach (var person in named.OfType<string>().Where(p => !onlyFull || p.Contains(' ', StringComparison.Ordinal) || p.Any(Text.IsUnspaced)))
            {
                if (seen.Add(Text.Key(person)) && persons.Count < MaxAuthors)
                {
                    persons.Add(person);
                }
            }
        }

        return [.. persons];
    }

    /// <summary>The name is the site's own, by itself or with little around it.</summary>
    public static bool IsSite(string name, string? siteName) => IsSiteKey(Text.Key(name), Text.Key(siteName));

    /// <summary>Two to four words of which the first is a given name: who calls a site so writes it.</summary>
    public static bool IsFullName(string name) => name.Split(' ') is { Length: >= 2 and <= 4 } words && GivenNames.Holds(words[0]);

    /// <summary>A word that no person's name holds.</summary>
    internal static bool IsNoName(string word) => NoPerson.Contains(word);

    private static bool IsSiteKey(string key, string site) =>
        key == site || (site.Length > 4 && key.Contains(site, StringComparison.Ordinal)) || (site.Length - key.Length is > 0 and <= 4 && site.StartsWith(key, StringComparison.Ordinal));

    private static List<string> Split(string byline)
    {
        List<string> parts = [WithoutIntroduction(byline)];
        foreach (var separator in Separators)
        {
            // Most names hold none of them.
            if (parts.Exists(p => p.Contains(separator, StringComparison.Ordinal)))
            {
                parts = [.. parts.SelectMany(p => p.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
            }
        }

        return parts;
    }

    private static string WithoutIntroduction(string text)
    {
        // "Text: von Jane Doe" has two.
        for (var round = 0; round < 2; round++)
        {
            var introduction = Array.Find(Introductions, i => text.Length > i.Length && Ends.Contains(text[i.Length]) && text.StartsWith(i, StringComparison.OrdinalIgnoreCase));
            if (introduction is null)
            {
                break;
            }

            text = text[introduction.Length..].Trim(Ends.ToCharArray());
        }

        return text;
    }

    private static string? Person(string text, string site, bool anyCase)
    {
        var name = WithoutIntroduction(text);
        var end = name.IndexOfAny(['(', '[', '<']);
        end = end > 0 ? end : name.IndexOf(" @", StringComparison.Ordinal);
        name = (end > 0 ? name[..end] : name).Trim(' ', '.', ':', '-', '–', '—', '*', '"', '“', '”', '|', '@');
        var key = Text.Key(name);
        if (name.Length is < 2 or > 60 || key.Length < 2 || IsSiteKey(key, site) || IsInitials(name)
            || name.Contains("http", StringComparison.OrdinalIgnoreCase) || name.IndexOfAny(['@', '{', '}', '=', '<', '>', '?', '!', ':', '：', '→', '+', '#']) >= 0 || ((name.Contains('_', StringComparison.Ordinal) || name.Any(char.IsDigit)) && !IsHandle(name))
            || LooksLikeDomain(name) || IsIntroduction(name))
        {
            return null;
        }

        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 6 || words.Any(NoPerson.Contains) || words.Any(w => OrganisationEndings.Any(e => w.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
            || PictureWords.Contains(words[0], StringComparer.OrdinalIgnoreCase) || (words.Length > 1 && (IsWrittenSmall(words, anyCase) || IsLegalForm(words[^1]) || words.All(w => w.Length <= 2 && w.All(char.IsUpper)))) || WireCredits.IsAgency(name) ? null : name;
    }

    // "Veröffentlicht am", "Pressemitteilung zur Wahl": within a name only particles are written small. A whole declared name may be ("jane doe"), or its last word.
    private static bool IsWrittenSmall(string[] words, bool anyCase) =>
        anyCase && words.Length <= 3 && Array.TrueForAll(words, w => w.Length >= 2 && w.All(char.IsLetter)) && !Array.Exists(words, Particles.Contains) ? false
            : (char.IsLower(words[0][0]) && char.IsLower(words[^1][0])) || Array.Exists(words, IsCommonWord);

    // "jane_doe" and "delta201" are how some sign; "2019", "5min" and "3rd" are not.
    private static bool IsHandle(string name) => char.IsLetter(name[0]) && !name.Contains(' ', StringComparison.Ordinal) && name.Count(char.IsDigit) <= 4;

    private static bool IsIntroduction(string name) => Introductions.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsCommonWord(string word) => char.IsLower(word[0]) && word.Length > 1 && !Particles.Contains(word) && !word.Contains('\'', StringComparison.Ordinal) && !word.Contains('’', StringComparison.Ordinal);

    // "red", "kes": an editor's sign, not a name.
    private static bool IsInitials(string name) => name.Length <= 3 && name.All(char.IsLower);

    private static bool IsLegalForm(string word) => word.TrimEnd('.') is "AG" or "eG" or "eV" or "e.V" or "KG" or "SE" or "SA" or "S.A" or "Inc" or "LLC" or "Ltd" or "PLC" or "plc" or "GmbH" or "mbH" or "BV" or "SpA" or "S.p.A";

    private static bool LooksLikeDomain(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot > 1 && !name.Contains(' ', StringComparison.Ordinal) && name.Length - dot is >= 3 and <= 5 && name[(dot + 1)..].All(char.IsAsciiLetterLower);
    }
}
