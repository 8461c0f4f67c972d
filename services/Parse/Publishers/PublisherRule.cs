using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Publishers;

/// <summary>
/// Where the parts of an article stand in the pages of one site that the general rules misread. Each field is a list of selectors; a field that is absent, or that matches
/// nothing on a page, leaves that part to the general rules.
/// </summary>
internal sealed class PublisherRule
{
    private const int MaxHostLength = 100;
    private const int MaxSelectors = 20;
    private const int MaxValues = 20;

    private readonly Selector[] _body;
    private readonly Selector[] _drop;
    private readonly Selector[] _end;
    private readonly Selector[] _title;
    private readonly Selector[] _authors;
    private readonly Selector[] _published;

    private PublisherRule(RuleFile file, Func<string, string[]?, Selector[]> selectors)
    {
        Host = file.Host ?? "";
        Version = file.Version;
        _body = selectors("body", file.Body);
        _drop = selectors("drop", file.Drop);
        _end = selectors("end", file.End);
        _title = selectors("title", file.Title);
        _authors = selectors("authors", file.Authors);
        _published = selectors("published", file.Published);
    }

    /// <summary>The site, with all hosts below it: <c>example.com</c> is also <c>www.example.com</c>.</summary>
    public string Host { get; }

    public int Version { get; }

    /// <summary>What is added to the parser's version where the rule was used.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Host}/{Version}");

    /// <summary>Reads the file of a rule; null when it is wrong, and then <paramref name="errors"/> has a line for each thing that is.</summary>
    public static PublisherRule? Read(string fileName, ReadOnlySpan<byte> json, List<string> errors)
    {
        RuleFile? file;
        try
        {
            file = JsonSerializer.Deserialize(json, RuleFileContext.Default.RuleFile);
        }
        catch (JsonException exception)
        {
            // The path is that of a field which no rule has or whose value is of another type; JSON that is none has a place only.
            var field = exception.Path?.TrimStart('$', '.') ?? "";
            errors.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{fileName}: line {exception.LineNumber + 1}: {(field.Length == 0 || exception.InnerException is JsonException ? "is not JSON that holds a rule" : $"field '{field}' is none that a rule has, or its value is of the wrong type")}"));
            return null;
        }

        if (file is null)
        {
            errors.Add($"{fileName}: holds nothing");
            return null;
        }

        var before = errors.Count;
        if (file.Host is null || file.Host.Length > MaxHostLength || Uri.CheckHostName(file.Host) != UriHostNameType.Dns || file.Host.Any(char.IsAsciiLetterUpper) || !file.Host.Contains('.', StringComparison.Ordinal))
        {
            errors.Add($"{fileName}: field 'host' is '{file.Host}': must be a site's name in lower case, such as example.com, of at most {MaxHostLength} characters");
        }
        else if (fileName != file.Host + ".json")
        {
            errors.Add($"{fileName}: field 'host' is '{file.Host}': the file must be called {file.Host}.json");
        }

        if (file.Version < 1)
        {
            errors.Add($"{fileName}: field 'version' is {file.Version}: must be 1 or more, and one more whenever the rule changes");
        }

        var count = 0;
        var rule = new PublisherRule(file, (field, texts) =>
        {
            count += texts?.Length ?? 0;
            if (texts?.Length > MaxSelectors)
            {
                errors.Add($"{fileName}: field '{field}' has {texts.Length} selectors, at most {MaxSelectors}");
                return [];
            }

            var selectors = new List<Selector>();
            foreach (var text in texts ?? [])
            {
                if (Selector.Read(text, out var error) is { } selector)
                {
                    selectors.Add(selector);
                }
                else
                {
                    errors.Add($"{fileName}: field '{field}': {error}");
                }
            }

            return [.. selectors];
        });
        if (count == 0)
        {
            errors.Add($"{fileName}: has none of body, drop, end, title, authors, published");
        }

        return errors.Count == before ? rule : null;
    }

    /// <summary>Takes out what the rule says is no text: elements of <c>drop</c>, and everything in the body from the first element of <c>end</c> on.</summary>
    public void Prune(HtmlTree tree)
    {
        foreach (var element in All(tree.Body, _drop).ToList())
        {
            element.Remove();
        }

        if (All(tree.Body, _end).FirstOrDefault() is { } end)
        {
            var root = Roots(tree).FirstOrDefault(r => IsInside(end, r)) ?? tree.Body;
            for (Node? node = end; node is not null && node != root;)
            {
                var parent = node.Parent;
                while (node.Next is { } next)
                {
                    next.Remove();
                }

                if (node == end)
                {
                    node.Remove();
                }

                node = parent;
            }
        }
    }

    /// <summary>The elements that hold the body, in document order; empty when the rule does not tell or none is there.</summary>
    public HashSet<Element> Roots(HtmlTree tree) => [.. All(tree.Body, _body)];

    public string? Title(HtmlTree tree) => Values(tree, _title).FirstOrDefault();

    public List<string> Authors(HtmlTree tree) => [.. Values(tree, _authors)];

    public string? Published(HtmlTree tree) => Values(tree, _published).FirstOrDefault();

    /// <summary>Fields of the rule whose selectors find nothing on a page as it came, so that the general rules decide them.</summary>
    public IEnumerable<string> Unmatched(HtmlTree tree)
    {
        (string Field, Selector[] Selectors)[] fields = [("body", _body), ("drop", _drop), ("end", _end), ("title", _title), ("authors", _authors), ("published", _published)];
        return fields.Where(f => f.Selectors.Length > 0 && !All(tree.Html, f.Selectors).Any()).Select(f => f.Field);
    }

    private static IEnumerable<string> Values(HtmlTree tree, Selector[] selectors) =>
        All(tree.Html, selectors).Take(MaxValues).Select(Value).OfType<string>().Where(v => v.Length > 0);

    // What a machine is meant to read, else the text.
    private static string? Value(Element element) => Text.Normalise(element.Value("content") ?? element.Value("datetime")) is { Length: > 0 } declared ? declared : Html.PageSigns.ShortText(element, Documents.ParserLimits.MaxTitleLength);

    private static IEnumerable<Element> All(Element root, Selector[] selectors)
    {
        for (var node = selectors.Length == 0 ? null : root.FirstChild; node is not null; node = node.Following(root))
        {
            if (node is Element element && Array.Exists(selectors, s => s.Matches(element)))
            {
                yield return element;
            }
        }
    }

    private static bool IsInside(Node node, Element root)
    {
        var at = node.Parent;
        while (at is not null && at != root)
        {
            at = at.Parent;
        }

        return at is not null;
    }
}

/// <summary>The JSON of a rule.</summary>
internal sealed record RuleFile(
    string? Host, int Version, string[]? Body = null, string[]? Drop = null, string[]? End = null, string[]? Title = null, string[]? Authors = null, string[]? Published = null, string? Comment = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowTrailingCommas = true)]
[JsonSerializable(typeof(RuleFile))]
internal sealed partial class RuleFileContext : JsonSerializerContext;
