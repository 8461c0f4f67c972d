using System.Globalization;
using System.Text;
using Storyline.Fetch.Robots;

namespace Storyline.Evaluation;

/// <summary>How many expectations of robots.txt cases the production reader and matcher meet.</summary>
public sealed class Robots : EvaluationTask
{
    public override string Name => "robots";

    public override IReadOnlyList<string> Files => ["robots-*.tar.gz"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        int cases = 0, correct = 0;
        foreach (var (name, bytes) in Directory.EnumerateFiles(data, "robots-*.tar.gz").Order(StringComparer.Ordinal).SelectMany(DataFiles.Entries)
                     .Where(entry => entry.Name.EndsWith("proto", StringComparison.Ordinal)))
        {
            foreach (var test in Textproto.Parse(bytes).Messages("tests"))
            {
                var robots = RobotsTxt.Parse(test.Bytes("robotstxt", "robots", "content") ?? []);
                foreach (var expectation in test.Messages("test_expectations").Concat(test.Messages("expectations")))
                {
                    if (cases == limit)
                    {
                        break;
                    }

                    cancellationToken.ThrowIfCancellationRequested();
                    var url = Encoding.UTF8.GetString(expectation.Bytes("testurl", "url") ?? []);
                    var agent = Encoding.UTF8.GetString(expectation.Bytes("useragent", "agent") ?? []);
                    var expected = expectation.Word("expected_outcome", "outcome", "allowed") ?? "";
                    var allowed = robots.IsAllowed(agent, PathOf(url));
                    cases++;
                    if (allowed == expected.ToUpperInvariant() is "ALLOWED" or "ALLOW" or "TRUE")
                    {
                        correct++;
                    }
                    else
                    {
                        await output.WriteLineAsync($"  {name}: '{agent}' and '{url}': expected {expected}");
                    }
                }
            }
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"robots over {data}: {correct} of {cases}"));
        return new Metrics().Count("cases", cases).Value("correct", cases == 0 ? null : (double)correct / cases);
    }

    // The cases are about the very octets of a URL, so it must not pass through System.Uri, which decodes and escapes: the path with the query, as written.
    private static string PathOf(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var path = url.IndexOfAny(['/', '?'], scheme < 0 ? 0 : scheme + 3);
        var fragment = url.IndexOf('#', StringComparison.Ordinal);
        var text = path < 0 || (fragment >= 0 && fragment < path) ? "/" : fragment < 0 ? url[path..] : url[path..fragment];
        return text[0] == '?' ? "/" + text : text;
    }
}
