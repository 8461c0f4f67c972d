using Storyline.Parse.Blocks;
using Storyline.Parse.Html;
using Storyline.Parse.Metadata;
using Hints = Storyline.Parse.Html.Hints;

namespace Storyline.Parse.Fields;

/// <summary>
/// Everyone whom a page may name as an author of its article: in what it declares, in what is marked up as an author, and in lines that read like a byline.
/// The numbers say where and how each is named. Their order is part of the model: whoever changes it derives the model anew.
/// </summary>
internal static class AuthorCandidates
{
    private const int MaxCandidates = 60;
    private const int MaxSigns = 80;
    private const int MaxLine = 400;
    private const int LineStart = 200;
    private const int None = -500;
    private const string WordEnds = ":,(|-–•·[";

    /// <summary>Marks of authors so many elements apart are one statement.</summary>
    private const int Together = 30;

    /// <summary>Marks so many elements before the headline are of other articles.</summary>
    private const int BeforeHeadline = 80;

    private static readonly (string Name, Hints Hints)[] Kinds =
    [
        ("itemprop author", Hints.AuthorProperty), ("rel author", Hints.AuthorRelation), ("vcard", Hints.CardName), ("link in a byline", Hints.BylineLink), ("byline", Hints.Byline),
        ("author name", Hints.AuthorName), ("link to an author's page", Hints.AuthorLink), ("author", Hints.Author), ("link in an author's box", Hints.AuthorBoxLink),
    ];

    private static readonly string[] OtherMetas = ["parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "cxenseparse:author", "citation_author"];

    /// <summary>Names of the <c>meta</c> elements that name authors.</summary>
    public static readonly string[] Metas = ["author", "article:author", .. OtherMetas];

    // What introduces an author in a line: a preposition may introduce much else, a noun hardly anything.
    private static readonly HashSet<string> Prepositions = new(StringComparer.OrdinalIgnoreCase) { "by", "von", "vom", "par", "por", "di", "door", "af", "av", "przez", "от", "oleh", "de" };

    private static readonly HashSet<string> Nouns = new(StringComparer.OrdinalIgnoreCase)
    {
        "autor", "autorin", "autoren", "autores", "author", "authors", "auteur", "auteurs", "autore", "autori", "text", "texte", "texto", "testo", "tekst", "words", "автор", "текст", "penulis", "yazan", "verfasser", "verfasserin",
        "redakteur", "redakteurin", "redakcja", "escribe", "redactor", "redactora", "journalist", "forfatter", "författare", "schrijver", "skribent", "kirjoittaja", "teksti", "writer", "story", "reporter", "文", "作者", "记者", "編集", "责任编辑",
    };

    private static readonly HashSet<string> Verbs = new(StringComparer.OrdinalIgnoreCase)
    {
        "posted", "written", "published", "reported", "geschrieben", "verfasst", "veröffentlicht", "erstellt", "eingestellt", "gepostet", "publiziert", "beitrag", "artikel", "interview", "kommentar", "essay", "kolumne", "analyse", "gastbeitrag",
        "publié", "écrit", "rédigé", "escrito", "publicado", "redactado", "scritto", "pubblicato", "geschreven", "skrevet", "skriven", "article", "submitted", "created", "added", "story", "bericht", "reportage",
    };

    private static readonly HashSet<string> Pictures = new(StringComparer.OrdinalIgnoreCase)
    { "foto", "fotos", "photo", "photos", "photograph", "picture", "bild", "bilder", "image", "images", "video", "grafik", "illustration", "illustrationen", "illustrated", "©", "(c)", "copyright", "fotografie", "photography", "kamera", "übersetzung", "translated", "edited", "aus", "powered", "design", "designed" };

    private static readonly HashSet<string> Particles = new(StringComparer.OrdinalIgnoreCase)
    { "de", "la", "von", "van", "der", "den", "bin", "al", "el", "di", "da", "dos", "das", "du", "le", "del", "della", "y", "zu", "zur", "ter", "ten", "af", "av", "st", "of", "dr.", "prof." };

    private static readonly HashSet<string> Joins = new(StringComparer.OrdinalIgnoreCase) { "and", "und", "et", "y", "e", "en", "og", "och", "&", "i", "mit", "with", "/" };

    /// <param name="page">The page.</param>
    /// <param name="blocks">Its text.</param>
    /// <param name="judged">How likely each block is the article's.</param>
    /// <param name="everybody">Also where the newsroom declares the authors.</param>
    public static List<AuthorCandidate> Of(Page page, IReadOnlyList<PageBlock> blocks, float[] judged, bool everybody = false)
    {
        var gathering = new Gathering(page, blocks, judged);
        gathering.Declared();
        if (page.Article.IsNews && !everybody && gathering.Persons() is { Count: > 0 } persons)
        {
            return persons;
        }

        gathering.FindHeadline();
        gathering.Marked();
        gathering.Lines();
        return gathering.Rows();
    }

    private sealed class Answer(string name, string key, string source, int order)
    {
        public string Name { get; } = name;

        public string Key { get; } = key;

        public string Source { get; } = source;

        public int Order { get; } = order;

        /// <summary>Numbers of the statements that name the person: who shares one stands beside each other.</summary>
        public HashSet<int> Statements { get; } = [];

        public int JsonLd { get; set; } = -1;

        public int Organisation { get; set; }

        public int MetaAuthor { get; set; } = -1;

        public int ArticleAuthor { get; set; }

        public int OtherMeta { get; set; }

        public int Label { get; set; }

        /// <summary>Elements from the headline to the nearest sign of each kind.</summary>
        public int[] Signs { get; } = [.. Enumerable.Repeat(None, Kinds.Length)];

        public int Own { get; set; }

        public int Foreign { get; set; }

        public int Alone { get; set; } = None;

        public int AloneFromEnd { get; set; } = None;

        public int Dated { get; set; }

        public int Introduction { get; set; }

        public int Before { get; set; }

        public int After { get; set; }

        public int IntroducedFromHeadline { get; set; } = None;

        public int IntroducedFromStart { get; set; } = None;

        public int IntroducedFromEnd { get; set; } = None;

        public int InLine { get; set; }

        public int Lines { get; set; }
    }

    private sealed class Gathering
    {
        private readonly Page _page;
        private readonly IReadOnlyList<PageBlock> _blocks;
        private readonly Dictionary<string, Answer> _answers = new(StringComparer.Ordinal);
        private readonly int _first;
        private readonly int _last;
        private readonly string _site;
        private int _headline;
        private int _headlineOrder;
        private int _signCount;
        private int _statement;

        public Gathering(Page page, IReadOnlyList<PageBlock> blocks, float[] judged)
        {
            _page = page;
            _blocks = blocks;
            _site = Text.Key(page.SiteName);
            _first = Array.FindIndex(judged, p => p >= 0.5f);
            _last = Array.FindLastIndex(judged, p => p >= 0.5f);
        }

        public void FindHeadline()
        {
            var title = Text.Key(_page.Title);
            _headline = -1;
            for (var i = 0; i < _blocks.Count && title.Length > 0 && _headline < 0; i++)
            {
                _headline = _blocks[i].Text.Length < 600 && _blocks[i].Text.Length >= title.Length && Text.Key(_blocks[i].Text).Contains(title, StringComparison.Ordinal) ? i : -1;
            }

            _headline = _headline < 0 ? Math.Max(0, _first - 1) : _headline;
            _headlineOrder = _page.Headline.Element is null ? _page.Signs.Headings.FirstOrDefault().Order : _page.Headline.Order;
        }

        /// <summary>Those whom the newsroom declares, whom no model has to judge.</summary>
        public List<AuthorCandidate> Persons() => [.. _answers.Values.Where(a => a.JsonLd >= 0).Select(a => new AuthorCandidate(a.Name, a.Source, [], a.Statements, IsDeclaredOfNews: true))];

        public void Declared()
        {
            foreach (var (i, text) in _page.Article.Authors.Index())
            {
                foreach (var answer in Named(text, "json-ld author"))
                {
                    answer.JsonLd = answer.JsonLd < 0 ? i : answer.JsonLd;
                }
            }

            _statement++;
            foreach (var text in _page.Article.Organisations)
            {
                foreach (var answer in Named(text, "json-ld author, an organisation"))
                {
                    answer.Organisation = 1;
                }
            }

            _statement++;
            foreach (var (i, text) in _page.Metadata.All("author").Index())
            {
                foreach (var answer in Named(text, "meta author"))
                {
                    answer.MetaAuthor = answer.MetaAuthor < 0 ? i : answer.MetaAuthor;
                }
            }

            _statement++;
            foreach (var answer in _page.Metadata.All("article:author").SelectMany(text => Named(text, "meta article:author")))
            {
                answer.ArticleAuthor = 1;
            }

            _statement++;
            foreach (var answer in OtherMetas.SelectMany(name => _page.Metadata.All(name)).SelectMany(text => Named(text, "meta author")))
            {
                answer.OtherMeta = 1;
            }

            _statement++;
            foreach (var answer in Named(_page.WrittenByLabel(), "meta twitter:data1"))
            {
                answer.Label = 1;
            }
        }

        public void Marked()
        {
            var previous = -Together - 1;
            foreach (var sign in _page.Signs.Signs.Where(s => (s.Hints & Hints.Authorship) != Hints.None).Take(MaxSigns))
            {
                _statement += sign.Order - previous > Together ? 1 : 0;
                previous = sign.Order;
                var own = _page.Signs.IsOwn(sign) && sign.Order >= _headlineOrder - BeforeHeadline;
                _signCount += own ? 1 : 0;
                if ((sign.Element.Value("content") ?? PageSigns.BylineText(sign.Element, 160)) is not { } text)
                {
                    continue;
                }

                foreach (var part in text.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    foreach (var answer in Named(part, "marked as author"))
                    {
                        if (!own)
                        {
                            answer.Foreign++;
                            continue;
                        }

                        answer.Own++;
                        var distance = Math.Clamp(sign.Order - _headlineOrder, -400, 3_000);
                        for (var k = 0; k < Kinds.Length; k++)
                        {
                            if (sign.Hints.HasFlag(Kinds[k].Hints) && (answer.Signs[k] == None || Math.Abs(distance) < Math.Abs(answer.Signs[k])))
                            {
                                answer.Signs[k] = distance;
                            }
                        }
                    }
                }
            }
        }

        public void Lines()
        {
            for (var i = 0; i < _blocks.Count && _answers.Count < MaxCandidates; i++)
            {
                var text = _blocks[i].Text;
                if (text.Length > MaxLine && (i < _first || i > _last))
                {
                    continue;
                }

                Introduced(text.Length > LineStart ? text[..LineStart] : text, i, atStart: true);
                if (text.Length > LineStart)
                {
                    Introduced(text[^80..], i, atStart: false);
                }

                if (text.Length is > 3 and <= 120 && ((i >= _headline - 8 && i <= _headline + 25) || (i >= _last - 4 && i <= _last + 12)))
                {
                    Alone(text, i);
                }
            }
        }

        /// <summary>"By Jane Doe", "Posted by jane on 3 May", "Autor: Jane Doe".</summary>
        private void Introduced(string line, int at, bool atStart)
        {
            if (!HoldsIntroduction(line))
            {
                return;
            }

            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            for (var w = 0; w < words.Length && w < 40; w++)
            {
                var bare = words[w].AsSpan().Trim(WordEnds).ToString();
                var colon = words[w].EndsWith(':') || words[w].EndsWith('：');
                var kind = Nouns.Contains(bare) ? colon ? 3 : 2 : Prepositions.Contains(bare) ? 1 : 0;
                if (kind == 0 || w + 1 >= words.Length)
                {
                    continue;
                }

                var previous = w == 0 ? "" : words[w - 1].Trim(':', ',', '.', '|', '-');
                var before = w == 0 ? (atStart ? 1 : 0) : Pictures.Contains(previous) ? -1 : Verbs.Contains(previous) || Nouns.Contains(previous) ? 2 : previous.Length == 0 || previous.Any(char.IsDigit) || previous is "Uhr" or "am" or "pm" ? 3 : 0;
                if (kind == 1 && before == 0)
                {
                    continue;
                }

                var next = w + 1;
                if (Prepositions.Contains(words[next].Trim(':')) && next + 1 < words.Length)
                {
                    next++; // "Text: von Jane Doe", "von: Jane Doe"
                }

                Run(words, next, kind, before, at);
            }
        }

        // Hardly any line does: asking first spares making words of the others.
        private static bool HoldsIntroduction(ReadOnlySpan<char> line)
        {
            var nouns = Nouns.GetAlternateLookup<ReadOnlySpan<char>>();
            var prepositions = Prepositions.GetAlternateLookup<ReadOnlySpan<char>>();
            foreach (var range in line.Split(' '))
            {
                var word = line[range].Trim(WordEnds);
                if (word.Length is >= 1 and <= 14 && (prepositions.Contains(word) || nouns.Contains(word)))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>Names one after the other.</summary>
        private void Run(string[] words, int from, int kind, int before, int at)
        {
            _statement++;
            var name = new List<string>();
            var place = 0;
            for (var w = from; w <= words.Length && w < from + 24; w++)
            {
                var word = w < words.Length ? words[w] : "";
                var bare = word.Trim(',', ';', ':', '|', '(', ')', '.', '–', '-', '•', '·', '*', '@');
                var isName = bare.Length > 0 && ((char.IsLetter(bare[0]) && !char.IsLower(bare[0])) || (Particles.Contains(bare) && name.Count > 0 && !Joins.Contains(bare)) || (name.Count == 0 && before >= 1 && place == 0 && w == from && char.IsLetter(bare[0])));
                if (isName && name.Count < 6)
                {
                    var initial = bare.Length == 1 || (word.EndsWith('.') && bare.Length <= 2) || bare is "Dr" or "Prof" or "Jr" or "Sr" or "St";
                    name.Add(initial && word.EndsWith('.') ? bare + "." : bare);
                    var breaks = word.Length > 0 && word[^1] is ',' or ';' or ':' or '|' or ')' || (word.EndsWith('.') && !initial);
                    if (!breaks)
                    {
                        continue;
                    }

                    var after = word[^1] == ',' ? 2 : 4;
                    Take(after);
                    if (word[^1] != ',')
                    {
                        return;
                    }

                    continue;
                }

                var joins = Joins.Contains(bare.Length > 0 ? bare : word);
                Take(word.Length == 0 ? 1 : joins ? 2 : bare.Length == 0 ? 3 : char.IsDigit(bare[0]) ? 3 : 5);
                if (!joins)
                {
                    return;
                }
            }

            void Take(int after)
            {
                if (name.Count == 0)
                {
                    return;
                }

                // Inline elements that follow one another run together: the first two words may be the whole name.
                var whole = string.Join(' ', name);
                var named = Named(whole, "a line that reads like a byline");
                if (name.Count >= 3 && !Particles.Contains(name[1]))
                {
                    named.AddRange(Named(name[0] + " " + name[1], "the start of a line that reads like a byline"));
                }

                foreach (var answer in named)
                {
                    answer.Lines++;
                    var fromHeadline = at - _headline;
                    var better = answer.IntroducedFromHeadline == None || Math.Abs(fromHeadline) < Math.Abs(answer.IntroducedFromHeadline);
                    if (better)
                    {
                        answer.Introduction = kind;
                        answer.Before = before;
                        answer.After = after;
                        answer.IntroducedFromHeadline = Math.Clamp(fromHeadline, -200, 400);
                        answer.IntroducedFromStart = _first < 0 ? None : Math.Clamp(at - _first, -200, 400);
                        answer.InLine = place;
                    }

                    var fromEnd = Math.Clamp(at - _last, -200, 200);
                    answer.IntroducedFromEnd = answer.IntroducedFromEnd == None || Math.Abs(fromEnd) < Math.Abs(answer.IntroducedFromEnd) ? fromEnd : answer.IntroducedFromEnd;
                }

                name.Clear();
                place++;
            }
        }

        /// <summary>A short line, or a part of one, that is nothing but a name.</summary>
        private void Alone(string text, int at)
        {
            _statement++;
            var dated = DateText.Words(text) is not null;
            var parts = text.Split(['|', '·', '•', '/', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(p => p.Split([" - ", " – ", " — ", " und ", " and ", " & ", "   "], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            foreach (var whole in parts.Take(8))
            {
                var part = dated ? WithoutDate(whole) : whole;
                var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length is < 1 or > 4 || part.Length > 40 || words.Any(w => !char.IsUpper(w[0]) && !Particles.Contains(w) && !Text.IsUnspaced(w[0])) || (words.Length == 1 && !dated && !Text.IsUnspaced(part[0])))
                {
                    continue;
                }

                foreach (var answer in Named(part, "a line of its own"))
                {
                    var distance = Math.Clamp(at - _headline, -200, 400);
                    if (answer.Alone == None || Math.Abs(distance) < Math.Abs(answer.Alone))
                    {
                        answer.Alone = distance;
                        answer.Dated = dated ? 2 : Near(at) ? 1 : 0;
                        answer.InLine = Math.Max(answer.InLine, part.Length == text.Length ? 0 : 1);
                    }

                    var fromEnd = Math.Clamp(at - _last, -200, 200);
                    answer.AloneFromEnd = answer.AloneFromEnd == None || Math.Abs(fromEnd) < Math.Abs(answer.AloneFromEnd) ? fromEnd : answer.AloneFromEnd;
                }
            }

            bool Near(int i) => (i > 0 && _blocks[i - 1].Text.Length <= 60 && DateText.Words(_blocks[i - 1].Text) is not null) || (i + 1 < _blocks.Count && _blocks[i + 1].Text.Length <= 60 && DateText.Words(_blocks[i + 1].Text) is not null);
        }

        /// <summary>The words of a line that are not its date: those before the first digit, or after the last.</summary>
        private static string WithoutDate(string part)
        {
            var first = part.AsSpan().IndexOfAnyInRange('0', '9');
            if (first < 0)
            {
                return part;
            }

            var last = part.AsSpan().LastIndexOfAnyInRange('0', '9');
            var after = part[(last + 1)..].Trim(' ', '.', ':', 'U', 'h', 'r');
            return after.Length > 3 ? part[(last + 1)..].Trim() : part[..first].Trim();
        }

        private List<Answer> Named(string? text, string source)
        {
            if (string.IsNullOrWhiteSpace(text) || text.Length > 300 || text.Contains("://", StringComparison.Ordinal))
            {
                return [];
            }

            var found = new List<Answer>();
            foreach (var name in AuthorNames.Persons([text], _page.SiteName))
            {
                var key = Text.Key(name);
                if (!_answers.TryGetValue(key, out var answer))
                {
                    if (_answers.Count >= MaxCandidates)
                    {
                        continue;
                    }

                    _answers[key] = answer = new Answer(name, key, source, _answers.Count);
                }

                answer.Statements.Add(_statement);
                found.Add(answer);
            }

            return found;
        }

        /// <summary>In how many blocks the name stands, up to six.</summary>
        private int Shown(string name)
        {
            var count = 0;
            for (var i = 0; i < _blocks.Count && count < 6; i++)
            {
                count += _blocks[i].Text.Contains(name, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            }

            return count;
        }

        public List<AuthorCandidate> Rows()
        {
            var title = Text.Key(_page.Title);
            var host = Text.Key(_page.Metadata.Address?.Host);
            var answers = _answers.Values.ToList();
            var declared = answers.Exists(a => a.JsonLd >= 0);
            return [.. answers.Select(a => new AuthorCandidate(a.Name, a.Source, Row(a), a.Statements, a.JsonLd >= 0 && _page.Article.IsNews))];

            float[] Row(Answer a)
            {
                var words = a.Name.Split(' ');
                var row = new List<float>(64)
                {
                    a.JsonLd, a.Organisation, _page.Article.IsNews ? 1 : 0, a.MetaAuthor, a.ArticleAuthor, a.OtherMeta, a.Label, a.Own, a.Foreign,
                    a.Alone, a.AloneFromEnd, a.Dated, a.Introduction, a.Before, a.After, a.IntroducedFromHeadline, a.IntroducedFromStart, a.IntroducedFromEnd, a.InLine, a.Lines,
                };
                foreach (var distance in a.Signs)
                {
                    row.Add(distance);
                }

                var nearest = a.Signs.Where(d => d != None).Select(Math.Abs).DefaultIfEmpty(9_999).Min();
                row.Add(nearest);
                row.Add(a.Signs.Count(d => d != None));
                row.Add(answers.Count(o => o.Signs.Any(d => d != None && Math.Abs(d) < nearest)));
                row.Add(Shown(a.Name));
                row.Add(words.Length);
                row.Add(a.Name.Length);
                row.Add(a.Name.Any(char.IsDigit) ? 1 : 0);
                row.Add(a.Name.Any(char.IsLower) ? a.Name.Any(char.IsUpper) ? 1 : 0 : 2);
                row.Add(words.Count(w => char.IsUpper(w[0])));
                row.Add(a.Name.Contains('.', StringComparison.Ordinal) ? 1 : 0);
                row.Add(a.Name.Any(Text.IsUnspaced) ? 1 : 0);
                row.Add(_site.Length > 2 && (a.Key.Contains(_site, StringComparison.Ordinal) || _site.Contains(a.Key, StringComparison.Ordinal)) ? 1 : 0);
                row.Add(host.Contains(a.Key, StringComparison.Ordinal) || (words.Length > 1 && host.Contains(Text.Key(words[^1]), StringComparison.Ordinal)) ? 1 : 0);
                row.Add(title.Contains(a.Key, StringComparison.Ordinal) ? 1 : 0);
                row.Add(answers.Exists(o => o != a && o.Key.Contains(a.Key, StringComparison.Ordinal)) ? 1 : 0);
                row.Add(answers.Exists(o => o != a && a.Key.Contains(o.Key, StringComparison.Ordinal)) ? 1 : 0);
                row.Add(answers.Count);
                row.Add(a.Order);
                row.Add(declared ? 1 : 0);
                row.Add(_page.Article.Authors.Count);
                row.Add(_page.Article.Organisations.Count);
                row.Add(answers.Exists(o => o.MetaAuthor >= 0) ? 1 : 0);
                row.Add(_signCount);
                row.Add(answers.Count(o => o.Own > 0));
                row.Add(answers.Count(o => o.Introduction > 0));
                row.Add(_page.DeclaresArticle ? 1 : 0);
                row.Add(_first < 0 ? 0 : MathF.Log(1 + _last - _first));
                return [.. row];
            }
        }
    }
}
