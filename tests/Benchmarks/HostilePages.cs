using System.Globalization;
using System.Text;
using Storyline.Contracts;
using Storyline.Parse;
using Storyline.Parse.Tree;

namespace Storyline.Benchmarks;

/// <summary>Pages made to be slow, at two sizes, through the whole parser: how long they take, and what they hold in memory.</summary>
internal static class HostilePages
{
    private const int Small = 1_000_000;
    private const int Large = 4_000_000;

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private static readonly DocumentParser Parser = new();

    // Each is repeated until it fills the size; "{0}" is the number of the repetition.
    private static readonly (string Name, string Before, string Repeated, string After)[] Shapes =
    [
        ("text", "<p>", "word ", ""),
        ("paragraphs", "", "<p>word and word", ""),
        ("open div", "", "<div>", ""),
        ("open b", "", "<b a={0}>", ""),
        ("b in p", "", "<p><b a={0}>", ""),
        ("b not closed by i", "", "<b a={0}></i>", ""),
        ("adoption", "", "<b><i><a href={0}><div>", "</b>"),
        ("adoption, closed", "<div>", "<b><p></b></p>", ""),
        ("a in a", "", "<a href={0}>x", ""),
        ("tables", "", "<table><tr><td>", ""),
        ("fostered", "<table>", "<b>x<div>", ""),
        ("fostered text", "<table>", "x<tr>", ""),
        ("attributes", "<p ", "a{0}=b ", ">x"),
        ("the same attribute", "<p ", "a=b ", ">x"),
        ("html again", "", "<html a{0}=b>", ""),
        ("script", "<script>", "var a = \"</scrip\"; ", "</script>x"),
        ("script in comment", "<script><!--", "<script></script>", ""),
        ("script, many comments", "<script>", "<!-- --> ", ""),
        ("comment without end", "<!--", "- -- ->", ""),
        ("open angles", "", "<", ""),
        ("open end tags", "", "</", ""),
        ("ampersands", "<p>", "&", ""),
        ("references", "<p>", "&amp;", ""),
        ("almost references", "<p>", "&CounterClockwiseContourIntegra", ""),
        ("quotes", "", "<a b=\"", ""),
        ("select", "<select>", "<option>x", ""),
        ("templates", "", "<template>", ""),
        ("svg", "<svg>", "<g>", ""),
        ("svg left", "", "<svg><p>", ""),
        ("CDATA", "<svg>", "<![CDATA[", ""),
        ("end tags", "<div><span>", "</x>", ""),
        ("list", "", "<li>", ""),
        ("headings", "", "<h1>a<h2>", ""),
        ("other names", "", "<x{0}>", ""),
        ("JSON", "<script type=application/ld+json>", "[", "</script>"),
        ("data, nested", "<script type=application/json>", "[{\"body\":", "</script>"),
        ("data, typed", "<script type=application/json>[", "{\"type\":\"text\",\"content\":[{\"text\":\"a b\"},", "</script>"),
        ("data, flat", "<script type=application/json>[{\"a\":1},\"t\",{\"body\":2}", ",[2,3,4,5,{0}]", "]</script>"),
        ("data, in circles", "<script type=application/json>[{\"a\":1},\"text\"", ",[3,4,5,6,7,8,9,2,{0}]", "]</script>"),
        ("data, assigned", "<script>", "window.__X_{0}={\"body\":\"word word\"};", "</script>"),
        ("data, many", "<script>", "a{0}=[1];", "</script>"),
        ("data, markup", "<script type=application/json>", "[\"div\",[\"p\",\"a b\"],", "</script>"),
        ("data, in text", "<script type=application/json>[", "\"[{\\\"body\\\":[{\\\"text\\\":\\\"a b\\\"}]}]\",", "</script>"),
        ("stream", "<script>", "self.__next_f.push([1,\"{0}:[\\\"a\\\"]\\n\"]);", "</script>"),
        ("entries", "", "<div id=a{0}><div><time datetime=2026-03-03T10:00:00Z>x</time><p>Word and word and word and word and word and word and word.</p></div></div>", ""),
        ("titles", "", "<h1>title</h1><p class=byline>by A B</p>", ""),
        ("links", "<p>", "<a href=/{0}>word</a> ", ""),
        ("dates", "", "<time datetime=2026-03-03>3 March 2026</time>", ""),
    ];

    /// <returns>Pages that took too long or hold too much.</returns>
    public static int Run()
    {
        Console.WriteLine($"{"",-24}  {Small / 1_000_000} MB, CPU ms  {Large / 1_000_000} MB, CPU ms   tree, bytes held a byte (0: refused)   outcome");
        var bad = 0;
        foreach (var (name, before, repeated, after) in Shapes)
        {
            _ = Time(Page(50_000));
            var small = Time(Page(Small));
            var large = Page(Large);
            var (took, outcome) = Time(large);
            var held = outcome == nameof(Outcome.TooLarge) ? 0 : Held(large);
            var isBad = took > Longest || held > 12;
            bad += isBad ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-24} {small.Took.TotalMilliseconds,9:0} {took.TotalMilliseconds,9:0} {held,24:0.0}   {outcome}{(isBad ? "   TOO MUCH" : "")}"));

            byte[] Page(int length)
            {
                var text = new StringBuilder("<!DOCTYPE html><title>t</title>").Append(before);
                for (var i = 0; text.Length < length; i++)
                {
                    text.Append(repeated.Replace("{0}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
                }

                return Encoding.UTF8.GetBytes(text.Append(after).ToString());
            }
        }

        return bad;
    }

    private static (TimeSpan Took, string Outcome) Time(byte[] page)
    {
        // Of the processor, so that neighbours on the machine do not make a page slow.
        var before = Environment.CpuUsage.TotalTime;
        var result = Parser.Parse(page, "text/html", "utf-8", null, null);
        return (Environment.CpuUsage.TotalTime - before, result.Content is null ? result.Outcome.ToString() : "Article");
    }

    /// <summary>Bytes that the tree keeps alive, its copy of the decoded text included, for each byte of a page that the limits let pass.</summary>
    private static double Held(byte[] page)
    {
        var text = Encoding.UTF8.GetString(page);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var tree = HtmlTree.Parse(text);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(tree);
        GC.KeepAlive(text);
        return held / (double)page.Length;
    }
}
