using System.Globalization;
using System.Text;

namespace Storyline.Fixtures;

/// <summary>
/// Endless invented news for load and failure tests: article <c>i</c> is the same on every machine. Five articles in a row tell
/// one event in different sentences; the names, places and numbers of two events differ.
/// </summary>
public static class GeneratedNews
{
    public const int TellingsPerEvent = 5;

    private static readonly string[] First =
        ["Alda", "Bruno", "Carin", "Davor", "Elske", "Fenna", "Goran", "Hedda", "Ivo", "Jorun", "Kaspar", "Linnea", "Marek", "Nadja", "Oskar", "Petra", "Rasmus", "Signe", "Tomas", "Ulla"];

    private static readonly string[] Last =
        ["Abelsen", "Brandvik", "Castell", "Dreyer", "Ekholm", "Farkas", "Grell", "Holub", "Iversen", "Jansky", "Kolar", "Lundin", "Moravec", "Nyberg", "Orlov", "Pavlik", "Quist", "Rosner", "Strand", "Tervo"];

    private static readonly string[] Town =
        ["Ardal", "Brenmoor", "Calvena", "Dunholt", "Estrava", "Falkmere", "Gorlitsa", "Havnes", "Istvale", "Jormund", "Keldby", "Lomsk", "Marstrand", "Norrvik", "Ostrel", "Porvale"];

    private static readonly string[] Happening =
        ["a ferry ran aground", "the river burst its banks", "a bridge was closed", "the council sold the old mill", "a strike halted the trams", "a chemical plant caught fire",
         "the hospital lost power", "a court stopped the new runway", "the mayor resigned", "a data leak hit the school board", "a landslide blocked the railway", "the harbour was blockaded"];

    private static readonly string[] Body =
        ["ministry of transport", "regional water authority", "dock workers' union", "city council", "fire service", "national audit office", "coast guard", "chamber of commerce"];

    private static readonly string[] Openings =
        ["{0} in {1} on {2}, officials said.", "Officials in {1} confirmed on {2} that {0}.", "Residents of {1} woke on {2} to the news that {0}.",
         "It was {2} when {0} in {1}.", "The {3} said on {2} that {0} in {1}."];

    private static readonly string[] Middles =
        ["“{4},” said {5}, who speaks for the {3}.", "{5} of the {3} told reporters: “{4}.”", "About {6} people were affected, according to {5}.",
         "The cost was put at {7} million crowns by the {3}.", "Work to repair the damage will last {8} weeks, {5} said.",
         "Neighbouring towns offered help, and {6} volunteers arrived within a day.", "The opposition asked why a warning from {9} had been ignored.",
         "A similar case occurred there {8} years ago, records show.", "The inquiry will be led by {9}, a retired judge.", "Traffic around {1} was diverted for {8} hours."];

    private static readonly string[] Words =
        ["We will not rest until every question is answered", "Nobody could have foreseen the scale of this", "The damage is worse than the pictures show",
         "People here deserve a plain account of what happened", "We asked for money three times and were refused", "It is a hard day for the whole town"];

    /// <summary>Headline of article <paramref name="i"/>.</summary>
    public static string Title(int i)
    {
        var news = new Event(i / TellingsPerEvent);
        return (i % TellingsPerEvent) switch
        {
            0 => $"{Upper(news.What)} in {news.Where}",
            1 => $"{news.Where}: {news.Speaker} speaks after {news.What}",
            2 => $"What we know about {news.Where}, where {news.What}",
            3 => $"{news.Where} counts the cost as {news.What}",
            _ => $"Inquiry opens in {news.Where} after {news.What}",
        };
    }

    /// <summary>Article <paramref name="i"/> as plain text, about 1,800 characters.</summary>
    public static string Text(int i) => Title(i) + "\n\n" + string.Join("\n\n", Paragraphs(i));

    /// <summary>Article <paramref name="i"/> as a page with the furniture of a news site.</summary>
    public static string Html(int i)
    {
        var text = new StringBuilder();
        text.Append("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(Title(i)).Append(" | The Generated Post</title>")
            .Append(CultureInfo.InvariantCulture, $"<meta property=\"og:title\" content=\"{Title(i)}\"><meta property=\"article:published_time\" content=\"2026-03-{1 + (i / TellingsPerEvent % 28):00}T{i % 24:00}:00:00Z\">")
            .Append("</head><body><header><nav><a href=\"/\">Home</a> <a href=\"/world\">World</a> <a href=\"/sport\">Sport</a></nav></header><main><article><h1>")
            .Append(Title(i)).Append("</h1><p class=\"byline\">By ").Append(new Event(i).Judge).Append("</p>");
        foreach (var paragraph in Paragraphs(i))
        {
            text.Append("<p>").Append(paragraph).Append("</p>");
        }

        return text.Append("</article><aside><h2>Most read</h2><ul><li><a href=\"/a\">Ten walks for a wet Sunday</a></li><li><a href=\"/b\">The price of bread</a></li></ul></aside>")
            .Append("</main><footer><p>Sign up for our newsletter</p></footer></body></html>").ToString();
    }

    private static IEnumerable<string> Paragraphs(int i)
    {
        var news = new Event(i / TellingsPerEvent);
        var random = new Random(i);
        yield return news.Fill(Openings[i % TellingsPerEvent]);
        for (var p = 0; p < 7; p++)
        {
            // The first middles of all tellings come from the same facts, in another order; the rest is each telling's own.
            yield return news.Fill(Middles[(i + (p * 3)) % Middles.Length]) + " " + news.Fill(Middles[random.Next(Middles.Length)]);
        }
    }

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private sealed class Event
    {
        private readonly Random _random;

        public Event(int e)
        {
            _random = new Random(unchecked((e * 7919) + 17));
            What = Happening[e % Happening.Length];

            // A place of its own for each event: a town with a quarter.
            Where = $"{Pick(Town)} {Upper(Pick(Town).ToLowerInvariant())}{(e / 7).ToString(CultureInfo.InvariantCulture)}";
            Who = Pick(Body);
            Speaker = $"{Pick(First)} {Pick(Last)}";
            Judge = $"{Pick(First)} {Pick(Last)}";
            Said = Pick(Words);
            Day = Pick(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
            People = _random.Next(20, 9000);
            Millions = _random.Next(2, 400);
            Weeks = _random.Next(2, 40);
        }

        public string What { get; }

        public string Where { get; }

        public string Who { get; }

        public string Speaker { get; }

        public string Judge { get; }

        public string Said { get; }

        public string Day { get; }

        public int People { get; }

        public int Millions { get; }

        public int Weeks { get; }

        public string Fill(string template) =>
            Upper(string.Format(CultureInfo.InvariantCulture, template, What, Where, Day, Who, Said, Speaker, People, Millions, Weeks, Judge));

        private string Pick(string[] from) => from[_random.Next(from.Length)];
    }
}
