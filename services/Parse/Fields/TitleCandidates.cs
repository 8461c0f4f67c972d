using Storyline.Parse.Html;
using Storyline.Parse.Metadata;

namespace Storyline.Parse.Fields;

/// <summary>
/// What a page may have meant as its headline: what it declares, what it shows as headings, each with and without the names and parts around it.
/// The numbers say which places agree on an answer. Their order is part of the model: whoever changes it derives the model anew.
/// </summary>
internal static class TitleCandidates
{
    private const int MaxLength = 400;
    private const int MaxLowerHeadings = 12;
    private const int MinPart = 6;
    private const int MaxParts = 3;

    private enum Place
    {
        JsonLd,
        FirstHeading,
        Heading,
        LowerHeading,
        OpenGraph,
        Twitter,
        DocumentTitle,
        OtherMeta,
    }

    private static readonly int PlaceCount = Enum.GetValues<Place>().Length;
    private static readonly string[] Names = ["json-ld headline", "h1", "h1", "heading", "meta og:title", "meta twitter:title", "title element", "meta title"];
    private static readonly string[] Separators = [" | ", " - ", " – ", " — ", " :: ", " » ", " › ", " • ", " · ", ": ", "｜", " / ", " « ", " < ", " > ", "_", "-"];

    public static List<TitleCandidate> Of(Page page)
    {
        var sites = page.SiteNames;
        var statements = Statements(page);
        var confirmed = statements.Where(s => s.Place is Place.JsonLd or Place.FirstHeading or Place.Heading or Place.LowerHeading).Select(s => s.Text).ToArray();
        var answers = new Dictionary<string, Answer>(StringComparer.Ordinal);
        foreach (var (place, text, around) in statements)
        {
            Offer(answers, text, place, around, 3);
            if (place != Place.LowerHeading)
            {
                Offer(answers, Titles.WithoutSite(text, sites, confirmed), place, around, 2);
                foreach (var part in Parts(text))
                {
                    Offer(answers, part, place, around, 1);
                }
            }
        }

        var keys = statements.ConvertAll(s => Text.Key(s.Text));
        var slug = Words(Titles.FromSlug(page.Metadata.Address?.AbsoluteUri) ?? "");
        var description = Words(page.Description);
        var siteKeys = sites.Select(n => Text.Key(n)).Where(k => k.Length > 1).ToArray();
        var words = statements.ConvertAll(s => Words(s.Text));
        var longest = answers.Values.Where(a => a.Level.AsSpan().ContainsAny(2f, 3f)).Select(a => a.Key.Length).DefaultIfEmpty(1).Max();
        return [.. answers.Values.Select(a => new TitleCandidate(a.Text, Names[(int)a.Place], Row(a)))];

        float[] Row(Answer answer)
        {
            var own = Words(answer.Text);
            var present = new bool[PlaceCount];
            var overlap = new float[PlaceCount];
            for (var i = 0; i < statements.Count; i++)
            {
                var place = (int)statements[i].Place;
                present[place] = true;
                if (answer.Level[place] < 0.5f && answer.Key.Length >= 8 && keys[i].Contains(answer.Key, StringComparison.Ordinal))
                {
                    answer.Level[place] = 0.5f;
                }

                overlap[place] = Math.Max(overlap[place], Overlap(own, words[i]));
            }

            var row = new List<float>(48);
            for (var place = 0; place < PlaceCount; place++)
            {
                row.Add(present[place] ? answer.Level[place] : -1);
            }

            for (var place = 0; place < PlaceCount; place++)
            {
                row.Add(present[place] ? overlap[place] : -1);
            }

            var text = answer.Text;
            row.Add(answer.Level.Count(l => l >= 2));
            row.Add(answer.Level.Count(l => l >= 1));
            row.Add(present.Count(p => p));
            row.Add(page.Article.IsNews ? 1 : 0);
            row.Add(text.Length);
            row.Add(own.Count);
            row.Add((float)answer.Key.Length / longest);
            row.Add(Overlap(own, slug));
            row.Add(slug.Count);
            row.Add(Overlap(own, description));
            row.Add(siteKeys.Contains(answer.Key, StringComparer.Ordinal) ? 3 : siteKeys.Any(s => s.Length > 3 && answer.Key.EndsWith(s, StringComparison.Ordinal)) ? 2 : siteKeys.Any(s => s.Length > 3 && answer.Key.StartsWith(s, StringComparison.Ordinal)) ? 1 : 0);
            row.Add(Separators.Take(10).Count(s => text.Contains(s, StringComparison.Ordinal)));
            row.Add(text.EndsWith('…') || text.EndsWith("...", StringComparison.Ordinal) ? 1 : 0);
            row.Add(text.EndsWith('?') || text.EndsWith('!') ? 2 : text.EndsWith('.') ? 1 : 0);
            row.Add(text.Any(char.IsDigit) ? 1 : 0);
            row.Add(char.IsUpper(text[0]) ? 1 : char.IsLower(text[0]) ? -1 : 0);
            row.Add(text.Any(char.IsLower) ? 0 : 1);
            row.Add(page.Headings.Count);
            row.Add(answer.HeadingIndex);
            row.Add((float)(answer.Around & (Surroundings.Header | Surroundings.Main | Surroundings.Article)));
            row.Add((answer.Around & (Surroundings.Link | Surroundings.Navigation | Surroundings.Footer | Surroundings.Elsewhere | Surroundings.Comments | Surroundings.Aside)) != Surroundings.None ? 1 : 0);
            row.Add(answer.Order);
            row.Add(answers.Count);
            return [.. row];
        }
    }

    private static List<(Place Place, string Text, Surroundings Around)> Statements(Page page)
    {
        var statements = new List<(Place, string, Surroundings)>();
        void Add(Place place, string? text, Surroundings around = Surroundings.None)
        {
            var line = Text.Normalise(text);
            if (Text.Key(line).Length > 1 && line.Length <= MaxLength)
            {
                statements.Add((place, line, around));
            }
        }

        foreach (var (i, heading) in page.Signs.Headings.Index())
        {
            Add(i == 0 ? Place.FirstHeading : Place.Heading, PageSigns.ShortText(heading.Element, MaxLength), heading.Around);
        }

        Add(Place.JsonLd, page.Article.Headline);
        Add(Place.OpenGraph, page.Metadata.First("og:title"));
        Add(Place.Twitter, page.Metadata.First("twitter:title"));
        Add(Place.DocumentTitle, page.DocumentTitle);
        Add(Place.OtherMeta, page.Metadata.First("title", "headline", "dc.title", "dcterms.title", "dc:title", "parsely-title", "sailthru.title"));
        foreach (var heading in page.Signs.LowerHeadings.Take(MaxLowerHeadings))
        {
            Add(Place.LowerHeading, PageSigns.ShortText(heading.Element, 300), heading.Around);
        }

        return statements;
    }

    private static void Offer(Dictionary<string, Answer> answers, string text, Place place, Surroundings around, float level)
    {
        var key = Text.Key(text);
        if (key.Length < 2)
        {
            return;
        }

        if (!answers.TryGetValue(key, out var answer))
        {
            answers[key] = answer = new Answer { Text = text, Key = key, Place = place, Order = answers.Count, Level = new float[PlaceCount] };
        }

        answer.Level[(int)place] = Math.Max(answer.Level[(int)place], level);
        if (place is Place.FirstHeading or Place.Heading or Place.LowerHeading && answer.HeadingIndex == 0)
        {
            answer.HeadingIndex = place == Place.FirstHeading ? 1 : place == Place.Heading ? 2 : 3;
            answer.Around = around;
        }
    }

    /// <summary>What stands before and after each separator.</summary>
    private static IEnumerable<string> Parts(string text)
    {
        foreach (var separator in Separators)
        {
            var at = text.IndexOf(separator, StringComparison.Ordinal);
            for (var n = 0; at >= 0 && n < MaxParts; n++)
            {
                if (at >= MinPart)
                {
                    yield return text[..at].Trim();
                }

                if (text.Length - at - separator.Length >= MinPart)
                {
                    yield return text[(at + separator.Length)..].Trim();
                }

                at = text.IndexOf(separator, at + separator.Length, StringComparison.Ordinal);
            }
        }
    }

    private static HashSet<string> Words(string text) =>
        [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(w => Text.Key(w)).Where(w => w.Length >= 3)];

    private static float Overlap(HashSet<string> a, HashSet<string> b)
    {
        var smaller = Math.Min(a.Count, b.Count);
        return smaller == 0 ? 0 : (float)a.Count(b.Contains) / smaller;
    }

    private sealed class Answer
    {
        public required string Text { get; init; }

        public required string Key { get; init; }

        public required Place Place { get; init; }

        public required int Order { get; init; }

        public required float[] Level { get; init; }

        public int HeadingIndex { get; set; }

        public Surroundings Around { get; set; }
    }
}
