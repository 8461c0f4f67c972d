using System.Text;
using Storyline.Contracts;

namespace Storyline.Parse.Tests;

/// <summary>
/// Our own pages, broken in every way: cut, spliced, flipped, nested, repeated. Each seed is one input for the whole parser; a fault is an exception. The tests run
/// some, <c>tests/Benchmarks -- fuzz --kind pages</c> as many as asked for.
/// </summary>
public static class PageFuzz
{
    private const int MaxLength = 256 * 1024;

    private static readonly DocumentParser Parser = new();

    private static readonly string[] Documents =
    [
        """
        <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bridge opens &amp; closes | The Paper</title><base href="/x/"><link rel=canonical href="https://news.example/a">
        <meta property="og:title" content="Bridge opens"><meta name=author content="Ann Lee"><meta property="article:published_time" content="2026-03-03T10:00:00+01:00">
        <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"NewsArticle","headline":"Bridge opens","author":[{"@type":"Person","name":"Ann Lee"}],"datePublished":"2026-03-03","articleBody":"The bridge opened on Tuesday."}]}</script>
        <style>p>b{color:red}</style></head><body><nav><ul><li><a href=/>Home</a><li><a href=/b>More</a></ul></nav><article><h1>Bridge opens</h1><p class="byline">By <a rel=author href=/ann>Ann Lee</a></p><time datetime="2026-03-03">3 March 2026</time>
        <p>The bridge over the river opened on Tuesday, three years later than the council had planned, and hundreds of people walked across it, the mayor said.</p><p>&ldquo;It is <b>done</b>,&rdquo; she told reporters. &#8220;We are glad&#x21;&#8221; The work cost 40 million, twice as much as agreed.</p>
        <figure><img src=a.jpg alt="The bridge"><figcaption>The bridge. Photo: B. Ray/Agency</figcaption></figure><blockquote><p>A quote of some length stands here, with a source, and it goes on for a while.</p></blockquote><aside><h3>Read more</h3><a href=/c>Another</a></aside></article><footer>&copy; The Paper</footer></body></html>
        """,
        """
        <html><head><title>Tabelle</title></head><body><div id=content><font size=2>Text davor<table><tr><td>eins<td>zwei<tr><th colspan=2>drei</table>Text danach<p>Ein langer Absatz, der etwas sagt, und noch einer, damit es für einen Artikel reicht: am Montag beschloss der Rat den Bau der Schule.<p>Noch ein Satz.</font></div>
        <form><select><option>a<option selected>b</select><textarea>
        x</textarea><input type=hidden></form><noscript><img src=p></noscript><template><tr><td>t</td></tr></template></body></html>
        """,
        """<!doctype html><article><svg viewBox="0 0 1 1"><title>i</title><path d="M0 0"/><foreignObject><p>in</p></foreignObject></svg><math><mi>x</mi><annotation-xml encoding="text/html"><p>y</p></annotation-xml></math><ruby>漢<rt>かん</ruby><p>政府は火曜日、新しい橋を開通させたと発表した。費用は四千万円で、当初の予定の二倍だった。市長は「とても嬉しい」と述べた。</p></article>""",
        """
        <!DOCTYPE html><html><head><title>Bridge opens</title><script type="application/ld+json">{"@type":"LiveBlogPosting","headline":"Bridge opens","liveBlogUpdate":[{"headline":"First cars","articleBody":"The first cars crossed the bridge.","datePublished":"2026-03-03T10:00:00+01:00"},{"headline":"Later"}]}</script></head><body><div id="app"></div>
        <div class=live><div id=e1><time datetime="2026-03-03T10:20:00Z">10:20</time><h3>Queues</h3><p>Police expect queues on the ramp until the evening, and ask everybody to come by tram.</p></div><div id=e2><time datetime="2026-03-03T10:10:00Z">10:10</time><p>The mayor cut the ribbon with the shears of the shipyard, and thanked the divers.</p></div><div id=e3><time datetime="2026-03-03T10:05:00Z"></time><p>The ferries will keep running until the end of the month, the port said.</p></div><div id=e4><time datetime="2026-03-03T10:00:00Z"></time><p>The first cars crossed the bridge at half past seven, with flags on both banks.</p></div></div>
        <script id="__NEXT_DATA__" type="application/json">{"props":{"article":{"title":"Bridge opens","blocks":[{"type":"paragraph","text":"The bridge over the river opened on Tuesday, three years later than the council had planned, and hundreds of people walked across it, the mayor said."},{"type":"list","items":[{"content":"One \u201cthing\u201d"},{"content":"Another \ud83d"}]},{"_type":"block","style":"h2","children":[{"_type":"span","text":"It is "},{"text":"done"}]},{"type":"text","content":"The work cost 40 million, twice as much as agreed. <b>Nobody</b> in the council wanted to say why, and the builder did not answer questions that were put to it on Monday."},{"type":"quote","content":[{"type":"paragraph","content":[{"type":"text","text":"We are glad that it is over, after so many years of noise and of dust."}]}]}]}}}</script>
        <script>window.__NUXT__=(function(a,b){return {data:[{title:"Bridge opens",body:b}],n:a}}(null,"<p>The bridge over the river opened on Tuesday.<\/p>"));self.__next_f.push([1,"1:Tff,<p>text</p>2:{\"body\":\"$1\"}\n"])</script>
        <script id="__NUXT_DATA__" type="application/json">[{"data":1},{"title":2,"body":3},"Bridge opens",[4,5,3],"The bridge opened.","And closed."]</script></body></html>
        """,
        """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN"><frameset cols="1,2"><frame src=a><noframes><p>x</noframes></frameset>""",
        """<div itemscope itemtype="https://schema.org/NewsArticle"><h2 itemprop=headline>A</h2><span itemprop="author">B C</span><meta itemprop=datePublished content="2026-02-30T25:61:00"><div itemprop=articleBody><b><i>One<p>two</b>three</i><a href=1>four<a href=2>five</div>""",
        "Plain text, no markup.\n\nBy Ann Lee\n\nThe council voted 3 < 4 & 5 > 2 on Monday.\n",
        "<script><!-- <script> a </script> b --></script><title>&lt;</title><xmp><p></xmp><plaintext>x</p>",
    ];

    private static readonly string[] Pieces =
    [
        "<", ">", "</", "/>", "&", "&#0;", "&#xD800;", "&#x110000;", "&amp", "&nbsp", "&notit;", "&NotEqualTilde;", "<![CDATA[", "]]>", "<!--", "-->", "--!>", "<!>", "<?", "<!DOCTYPE", "\"", "'", "=", "\0", "\u0001", "\uFEFF", "\uD83D", "\uDE00", "\u00E9", "\r\n", "\r", "\t", "\u00A0", "\u202E",
        "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i class=x>", "</i>", "<a href=//[>", "</a>", "<nobr>", "<font color=1>", "</font>", "<table>", "</table>", "<tr>", "<td>", "</td>", "<caption>", "<col>", "<tbody>", "<select>", "</select>", "<option>", "<form>", "</form>", "<li>", "<ul>", "</ul>",
        "<svg>", "</svg>", "<math>", "<desc>", "<mi>", "<template>", "</template>", "<script>", "</script>", "<style>", "</style", "<title>", "<textarea>", "<noscript>", "<iframe>", "<frameset>", "<plaintext>", "<html a=b>", "<head>", "</head>", "<body c=d>", "</body>", "</html>", "<button>", "<object>", "</object>", "<h1>", "</h2>", "<br>", "</br>", "<image>", "<hr>", "<pre>\n",
        "<time datetime=2026-13-45>", "<meta charset=utf-7>", "<meta http-equiv=content-type content='text/html; charset=shift_jis'>", "<script type=application/ld+json>", "{\"@graph\":[", "{\"body\":[{\"text\":\"", "\\u12", "window.__X={", "<script type=application/json>[", "\"@type\":", "]}", "1e999999", "\\ud800", "99999999999", "https://", "T24:00:00+99:99",
    ];

    private static readonly string?[] Charsets = [null, null, "utf-8", "utf-8", "iso-8859-1", "utf-16", "utf-7", "shift_jis", "iso-2022-jp", "gb18030", "nonsense", ""];

    private static readonly string?[] MediaTypes = ["text/html", "text/html", "text/html", null, "application/xhtml+xml", "text/plain", "nonsense"];

    /// <summary>Parses the input of a seed.</summary>
    /// <returns>Its length, in bytes.</returns>
    public static int Run(int seed)
    {
        // Not for secrets: the same seed must be the same input.
#pragma warning disable CA5394
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(Broken(random));
        for (var flips = random.Next(4) == 0 ? random.Next(1, 20) : 0; flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        var hint = random.Next(3) == 0 ? new EntryHint { Title = "A bridge", Authors = ["Ann Lee"] } : null;
        var result = Parser.Parse(bytes, MediaTypes[random.Next(MediaTypes.Length)], Charsets[random.Next(Charsets.Length)], random.Next(4) == 0 ? "https://news.example/2026/03/03/a-bridge?x=%zz" : null, hint);
        if (result.Content is null && string.IsNullOrEmpty(result.Reason))
        {
            throw new InvalidOperationException("a refusal without a reason");
        }

        return bytes.Length;
    }

    private static string Broken(Random random)
    {
        var text = new StringBuilder(Documents[random.Next(Documents.Length)]);
        for (var changes = random.Next(1, 14); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            var length = random.Next(Math.Min(200, text.Length - at) + 1);
            switch (random.Next(8))
            {
                case 0 when random.Next(4) == 0:
                    text.Length = at;
                    break;
                case 1:
                    text.Remove(at, length);
                    break;
                case 2:
                    Repeat(text, at, text.ToString(at, length), random.Next(2, 60));
                    break;
                case 3:
                    Repeat(text, at, Pieces[random.Next(Pieces.Length)], random.Next(5) == 0 ? random.Next(2, 2_000) : random.Next(1, 8));
                    break;
                case 4:
                    var other = Documents[random.Next(Documents.Length)];
                    var from = random.Next(other.Length);
                    text.Insert(at, other[from..random.Next(from, other.Length)]);
                    break;
                case 5 when text.Length > at:
                    text[at] = (char)random.Next(random.Next(3) == 0 ? 0x10000 : 128);
                    break;
                default:
                    for (var pieces = random.Next(1, 12); pieces > 0; pieces--)
                    {
                        text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    }

                    break;
            }
        }

        return text.ToString(0, Math.Min(text.Length, MaxLength));
#pragma warning restore CA5394
    }

    private static void Repeat(StringBuilder text, int at, string piece, int times)
    {
        if (text.Length + (piece.Length * times) <= MaxLength)
        {
            text.Insert(at, piece, times);
        }
    }
}
