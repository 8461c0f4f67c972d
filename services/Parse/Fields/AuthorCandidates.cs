using Storyline.Contracts;
using Storyline.Parse.Blocks;
using Storyline.Parse.Html;
using Storyline.Parse.Metadata;
using Storyline.Parse.Tree;
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
    private const int MaxDescribed = 10;
    private const int MaxLabel = 30;
    private const int MaxCredit = 120;
    private const int None = -500;
    private const string WordEnds = ":,(|-–•·[";

    /// <summary>Marks of authors so few elements apart are one statement.</summary>
    private const int Together = 12;

    /// <summary>Marks so many elements before the headline are of other articles.</summary>
    private const int BeforeHeadline = 80;

    private static readonly (string Name, Hints Hints)[] Kinds =
    [
        ("itemprop author", Hints.AuthorProperty), ("rel author", Hints.AuthorRelation), ("vcard", Hints.CardName), ("link in a byline", Hints.BylineLink), ("byline", Hints.Byline),
        ("author name", Hints.AuthorName), ("link to an author's page", Hints.AuthorLink), ("author", Hints.Author), ("link in an author's box", Hints.AuthorBoxLink),
        ("user", Hints.User),
    ];

    private static readonly string[] OtherMetas = ["parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "cxenseparse:author", "citation_author"];

    // What a page is made with says who is named in it: the writer, or whoever keyed it in.
    private static readonly string[] Generators = ["wordpress", "blogger", "typo3", "joomla", "drupal"];

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

        gathering.DeclaredElsewhere();

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

        /// <summary>What marks as the author of something else stand inside.</summary>
        public Surroundings ForeignAround { get; set; }

        public int Alone { get; set; } = None;

        public int AloneFromStart { get; set; } = None;

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

        /// <summary>The JSON-LD describes the person, as an author or not.</summary>
        public int Described { get; set; }

        /// <summary>Who holds the rights, by the page's own words.</summary>
        public int Copyright { get; set; }

        /// <summary>In a line that says nothing else, 1 after a line that is nothing but "Author", 2 before one.</summary>
        public int Labelled { get; set; }
    }

    private sealed class Gathering
    {
        private readonly Page _page;
        private readonly IReadOnlyList<PageBlock> _blocks;
        private readonly float[] _judged;
        private readonly Dictionary<string, Answer> _answers = new(StringComparer.Ordinal);
        private readonly int _first;
        private readonly int _last;
        private readonly string _site;
        private Dictionary<string, int>? _credits;
        private int _headline;
        private int _headlineOrder;
        private int _signCount;
        private int _statement;

        public Gathering(Page page, IReadOnlyList<PageBlock> blocks, float[] judged)
        {
            _page = page;
            _blocks = blocks;
            _judged = judged;
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
        public List<AuthorCandidate> Persons() => [.. _answers.Values.Where(IsDeclaredOfNews).Select(a => new AuthorCandidate(a.Name, a.Source, [], a.Statements, IsDeclaredOfNews: true))];

        private static bool IsDeclared(Answer a) => a.JsonLd >= 0 || a.MetaAuthor >= 0 || a.ArticleAuthor > 0 || a.OtherMeta > 0 || a.Label > 0 || a.Described > 0;

        private bool IsDeclaredOfNews(Answer a) => a.JsonLd >= 0 && _page.Article.IsNews && !IsSite(a);

        // A site that is called like a person is that person's.
        private bool IsSite(Answer a) => AuthorNames.IsSite(a.Name, _page.SiteName) && !AuthorNames.IsFullName(a.Name);

        public void Declared()
        {
            foreach (var (i, text) in _page.Article.Authors.Index())
            {
                foreach (var answer in Named(text, "json-ld author", anyCase: true))
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
                foreach (var answer in Named(text, "meta author", anyCase: true))
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

        /// <summary>Persons whom the page describes without saying that they wrote it.</summary>
        public void DeclaredElsewhere()
        {
            _statement++;
            foreach (var answer in _page.DescribedPersons.Take(MaxDescribed).SelectMany(text => Named(text, "json-ld person", anyCase: true)))
            {
                answer.Described = 1;
            }

            _statement++;
            if (_page.SiteName is { } site && Array.Find(AuthorNames.Persons([site], siteName: null), AuthorNames.IsFullName) is { } blogger)
            {
                _ = Named(blogger, "the site's name");
            }

            _statement++;
            if (_page.Metadata.First("twitter:creator") is { } creator && !creator.StartsWith('@'))
            {
                _ = Named(creator, "meta twitter:creator");
            }
        }

        public void Marked()
        {
            var previous = -Together - 1;
            foreach (var sign in _page.Signs.Signs.Where(s => (s.Hints & (Hints.Authorship | Hints.User)) != Hints.None).Take(MaxSigns))
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
                            answer.ForeignAround |= sign.Around;
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

                if (i > 0 && text.Length <= 120 && IsLabel(_blocks[i - 1].Text))
                {
                    Introduced(_blocks[i - 1].Text.TrimEnd(':', ' ') + ": " + text, i, atStart: true, isLabelled: true);
                }

                if (i > _last - 3 && _blocks[i].Kind != BlockKind.Caption && text.Length <= LineStart && (text.Contains('©', StringComparison.Ordinal) || text.Contains("copyright", StringComparison.OrdinalIgnoreCase) || text.Contains("(c)", StringComparison.OrdinalIgnoreCase)))
                {
                    Copyright(text);
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
        private void Introduced(string line, int at, bool atStart, bool isLabelled = false)
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

                Run(words, next, kind, before, at, isLabelled);
            }
        }

        /// <summary>A line that only says that the next one names the author: "Autor:", "Written by".</summary>
        private static bool IsLabel(string line)
        {
            var last = line.AsSpan().Trim(WordEnds).TrimEnd();
            last = last[(last.LastIndexOf(' ') + 1)..];
            last = last.IndexOfAny('(', '/') is var at and > 0 ? last[..at] : last; // "Auteur(s)", "Autor/in"
            return line.Length is >= 2 and <= MaxLabel && (Nouns.GetAlternateLookup<ReadOnlySpan<char>>().Contains(last) || Prepositions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(last));
        }

        /// <summary>"© 2019 Jane Doe", "Copyright (c) 2012-2020 Jane Doe. All rights reserved."</summary>
        private void Copyright(string line)
        {
            _statement++;
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var from = Array.FindIndex(words, w => w.Contains('©', StringComparison.Ordinal) || w.Trim(WordEnds.ToCharArray()).Equals("copyright", StringComparison.OrdinalIgnoreCase) || w.Equals("(c)", StringComparison.OrdinalIgnoreCase));
            for (from++; from > 0 && from < words.Length && (char.IsDigit(words[from][0]) || words[from].Length < 2 || words[from] is "(c)" or "(C)" or "by" or "von" || words[from].StartsWith('©')); from++)
            {
            }

            var name = words.Skip(from).TakeWhile((w, i) => i < 4 && (char.IsUpper(w[0]) || Particles.Contains(w)) && (i == 0 || !char.IsPunctuation(words[from + i - 1][^1]))).Select(w => w.TrimEnd('.', ',', ';', '|', '•', '·'));
            foreach (var answer in from <= 0 ? [] : Named(string.Join(' ', name), "a copyright line"))
            {
                answer.Copyright = 1;
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

        // Inline elements run together: "Jane DoeFriday, May 3".
        private static string WithoutJoined(string word)
        {
            for (var i = 2; i < word.Length - 1; i++)
            {
                if (char.IsLower(word[i - 1]) && char.IsUpper(word[i]) && (AuthorNames.IsNoName(word[i..]) || DateText.IsMonth(word[i..])))
                {
                    return word[..i];
                }
            }

            return word;
        }

        /// <summary>Names one after the other.</summary>
        private void Run(string[] words, int from, int kind, int before, int at, bool isLabelled)
        {
            _statement++;
            var name = new List<string>();
            var place = 0;
            for (var w = from; w <= words.Length && w < from + 24; w++)
            {
                var word = w < words.Length ? words[w] : "";
                var bare = word.Trim(',', ';', ':', '|', '(', ')', '.', '–', '-', '•', '·', '*', '@');
                var isName = bare.Length > 0 && !(name.Count > 0 && (AuthorNames.IsNoName(bare) || Pictures.Contains(bare))) && ((char.IsLetter(bare[0]) && !char.IsLower(bare[0])) || (Particles.Contains(bare) && name.Count > 0 && !Joins.Contains(bare)) || (name.Count == 0 && before >= 1 && place == 0 && w == from && char.IsLetter(bare[0])));
                if (isName && name.Count < 6)
                {
                    var whole = bare;
                    bare = WithoutJoined(bare);
                    var initial = bare.Length == 1 || (word.EndsWith('.') && bare.Length <= 2) || bare is "Dr" or "Prof" or "Jr" or "Sr" or "St";
                    name.Add(initial && word.EndsWith('.') ? bare + "." : bare);
                    var breaks = bare.Length < whole.Length || word[^1] is ',' or ';' or ':' or '|' or ')' || (word.EndsWith('.') && !initial);
                    if (!breaks)
                    {
                        continue;
                    }

                    var lists = word[^1] == ',' && bare.Length == whole.Length;
                    Take(lists ? 2 : 4);
                    if (!lists)
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

                while (name.Count > 1 && Particles.Contains(name[^1]))
                {
                    name.RemoveAt(name.Count - 1); // "Jane Doe le 3 mai"
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
                    answer.Labelled = isLabelled && place == 0 ? 1 : answer.Labelled;
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

        /// <summary>The line is a picture's caption or credit, and stands nowhere else.</summary>
        private bool IsCredit(string line)
        {
            if (_credits is null)
            {
                _credits = new Dictionary<string, int>(StringComparer.Ordinal);
                Element? counted = null;
                foreach (var element in _page.Signs.Credits)
                {
                    if (PageSigns.ShortText(element, MaxCredit) is { Length: > 0 } text)
                    {
                        // The caption's box has its text as well.
                        _credits[text] = _credits.GetValueOrDefault(text) + (counted is not null && IsInside(element, counted) && PageSigns.ShortText(counted, MaxCredit) == text ? 0 : 1);
                        counted = element;
                    }
                }
            }

            return _credits.TryGetValue(line, out var credits) && _blocks.Count(b => b.Text == line) <= credits;

            static bool IsInside(Element element, Element box)
            {
                var at = element.Parent;
                while (at is not null && at != box)
                {
                    at = at.Parent;
                }

                return at is not null;
            }
        }

        /// <summary>A short line, or a part of one, that is nothing but a name.</summary>
        private void Alone(string text, int at)
        {
            if (IsCredit(text))
            {
                return;
            }

            _statement++;
            var dated = DateText.Words(text) is not null;
            var parts = text.Split(['|', '·', '•', '/', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(p => p.Split([" - ", " – ", " — ", " und ", " and ", " & ", "   "], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            foreach (var whole in parts.Take(8))
            {
                var part = dated ? WithoutDate(whole) : whole;
                var last = part.LastIndexOf(' ') + 1;
                part = part[..last] + WithoutJoined(part[last..]);
                var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length is < 1 or > 4 || part.Length > 40 || words.Any(w => !char.IsUpper(w[0]) && !Particles.Contains(w) && !Text.IsUnspaced(w[0])) || (words.Length == 1 && (dated ? DateText.IsMonth(part) : !Text.IsUnspaced(part[0]))))
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
                    var fromStart = Math.Clamp(at - Math.Max(0, _first), -200, 200);
                    answer.AloneFromStart = answer.AloneFromStart == None || Math.Abs(fromStart) < Math.Abs(answer.AloneFromStart) ? fromStart : answer.AloneFromStart;
                    answer.Labelled = at + 1 < _blocks.Count && IsLabel(_blocks[at + 1].Text) ? 2 : answer.Labelled;
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

        private List<Answer> Named(string? text, string source, bool anyCase = false)
        {
            if (string.IsNullOrWhiteSpace(text) || text.Length > 300 || text.Contains("://", StringComparison.Ordinal))
            {
                return [];
            }

            var found = new List<Answer>();
            foreach (var name in AuthorNames.Persons([text], siteName: null, anyCase))
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

        /// <summary>Where the text shows the name.</summary>
        private void AddShown(string name, List<float> row)
        {
            int shown = 0, inArticle = 0, pictured = 0, shortest = MaxLine, first = None, last = None;
            for (var i = 0; i < _blocks.Count; i++)
            {
                var text = _blocks[i].Text;
                var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
                if (at < 0)
                {
                    continue;
                }

                shown++;
                inArticle += _judged[i] >= 0.5f ? 1 : 0;
                shortest = Math.Min(shortest, text.Length - name.Length);
                first = first == None ? i : first;
                last = i;
                var before = text.AsSpan(0, at).TrimEnd(" :|/-–(");
                before = before[(before.LastIndexOf(' ') + 1)..].TrimStart('(');
                pictured += Pictures.GetAlternateLookup<ReadOnlySpan<char>>().Contains(before) ? 1 : 0;
            }

            row.Add(Math.Min(shown, 6));
            row.Add(Math.Min(inArticle, 6));
            row.Add(Math.Min(pictured, 3));
            row.Add(shown == 0 ? None : shortest);
            row.Add(shown == 0 ? None : Math.Clamp(first - _headline, -200, 400));
            row.Add(shown == 0 || _last < 0 ? None : Math.Clamp(last - _last, -200, 200));
        }

        public List<AuthorCandidate> Rows()
        {
            var title = Text.Key(_page.Title);
            var host = Text.Key(_page.Metadata.Address?.Host);
            var answers = _answers.Values.ToList();
            var declared = answers.Exists(a => a.JsonLd >= 0);
            var description = Text.Key(_page.Description);
            var keywords = Text.Key(_page.Metadata.First("keywords", "news_keywords"));
            var organisations = _page.DescribedOrganisations.Select(o => Text.Key(o)).ToHashSet(StringComparer.Ordinal);
            float[] ofPage =
            [
                _page.DeclaresArticle ? 1 : 0,
                _page.Metadata.First("og:type") is { } type ? type.Contains("article", StringComparison.OrdinalIgnoreCase) ? 2 : 1 : 0,
                _page.Published.Count == 0 ? 0 : (float)_page.Published.Max(t => t.Confidence),
                _page.Metadata.First("generator") is { } generator ? 1 + Array.FindIndex(Generators, g => generator.Contains(g, StringComparison.OrdinalIgnoreCase)) : -1,
                _page.Metadata.Address is { } address ? address.Segments.Length : 0,
                _page.Metadata.Address is { } url ? url.AbsolutePath.Count(char.IsDigit) : 0,
                (float)_page.LinkShare,
                _page.Signs.Signs.Count(s => s.Around.HasFlag(Surroundings.Comments)),
            ];
            var creator = Text.Key(_page.Metadata.First("twitter:creator"));
            return [.. answers.Where(IsPossible).Select(a => new AuthorCandidate(a.Name, a.Source, Row(a), a.Statements, IsDeclaredOfNews(a)))];

            // Who is only marked as the author of something else (a comment, a picture, another article) is none. A blogger may sign with the blog's name,
            // where the page marks it as an author's; a newsroom's name is nobody's.
            bool IsPossible(Answer a) => (!IsSite(a) && (a.Own > 0 || a.Foreign == 0 || IsDeclared(a) || a.Introduction > 0))
                || (!_page.Article.IsNews && a.Organisation == 0 && !organisations.Contains(a.Key) && a.Own > 0);

            float[] Row(Answer a)
            {
                var words = a.Name.Split(' ');
                var row = new List<float>(64)
                {
                    a.JsonLd, a.Organisation, _page.Article.IsNews ? 1 : 0, a.MetaAuthor, a.ArticleAuthor, a.OtherMeta, a.Label, a.Own, a.Foreign,
                    a.Alone, a.AloneFromStart, a.AloneFromEnd, a.Dated, a.Introduction, a.Before, a.After, a.IntroducedFromHeadline, a.IntroducedFromStart, a.IntroducedFromEnd, a.InLine, a.Lines,
                };
                foreach (var distance in a.Signs)
                {
                    row.Add(distance);
                }

                var nearest = a.Signs.Where(d => d != None).Select(Math.Abs).DefaultIfEmpty(9_999).Min();
                row.Add(nearest);
                row.Add(a.Signs.Count(d => d != None));
                row.Add(answers.Count(o => o.Signs.Any(d => d != None && Math.Abs(d) < nearest)));
                AddShown(a.Name, row);
                row.Add(words.Length);
                row.Add(GivenNames.Holds(words[0]) ? 1 : 0);
                row.Add(words.Count(GivenNames.Holds));
                row.Add(a.Name.Length);
                row.Add(a.Name.Any(char.IsDigit) ? 1 : 0);
                row.Add(a.Name.Any(char.IsLower) ? a.Name.Any(char.IsUpper) ? 1 : 0 : 2);
                row.Add(words.Count(w => char.IsUpper(w[0])));
                row.Add(a.Name.Contains('.', StringComparison.Ordinal) ? 1 : 0);
                row.Add(a.Name.Any(Text.IsUnspaced) ? 1 : 0);
                row.Add(_site.Length > 2 && (a.Key.Contains(_site, StringComparison.Ordinal) || _site.Contains(a.Key, StringComparison.Ordinal)) ? 1 : 0);
                row.Add(AuthorNames.IsSite(a.Name, _page.SiteName) ? 1 : 0);
                row.Add(host.Contains(a.Key, StringComparison.Ordinal) ? 2 : words.Length > 1 && host.Contains(Text.Key(words[^1]), StringComparison.Ordinal) ? 1 : 0);
                row.Add(a.ForeignAround.HasFlag(Surroundings.Comments) ? 1 : 0);
                row.Add(a.ForeignAround.HasFlag(Surroundings.Elsewhere) ? 1 : 0);
                row.Add((a.ForeignAround & (Surroundings.Figure | Surroundings.Footer | Surroundings.Navigation)) != Surroundings.None ? 1 : 0);
                row.Add(organisations.Contains(a.Key) ? 1 : 0);
                row.Add(a.Described);
                row.Add(a.Copyright);
                row.Add(a.Labelled);
                row.Add(description.StartsWith(a.Key, StringComparison.Ordinal) ? 2 : description.Contains(a.Key, StringComparison.Ordinal) ? 1 : 0);
                row.Add(keywords.Contains(a.Key, StringComparison.Ordinal) ? 1 : 0);
                row.Add(creator.Length == 0 ? -1 : a.Key == creator ? 2 : words.Any(w => w.Length > 2 && creator.Contains(Text.Key(w), StringComparison.Ordinal)) ? 1 : 0);
                row.Add(answers.Count(o => o != a && o.Statements.Overlaps(a.Statements)));
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
                row.Add((a.JsonLd >= 0 ? 1 : 0) + (a.MetaAuthor >= 0 || a.ArticleAuthor > 0 || a.OtherMeta > 0 || a.Label > 0 ? 1 : 0) + (a.Own > 0 ? 1 : 0) + (a.Introduction > 0 || a.Alone != None ? 1 : 0));
                row.AddRange(ofPage);
                row.Add(_first < 0 ? 0 : MathF.Log(1 + _last - _first));
                return [.. row];
            }
        }
    }
}
