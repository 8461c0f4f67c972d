using Storyline.Parse.Tree;

namespace Storyline.Parse.Publishers;

/// <summary>
/// A small part of CSS selectors: <c>tag</c>, <c>.class</c>, <c>#id</c>, <c>[attribute]</c>, <c>[attribute=value]</c>, any of them together, and a space for "somewhere inside".
/// </summary>
internal sealed class Selector
{
    private const int MaxLength = 200;

    private readonly Part[] _parts;

    private Selector(Part[] parts) => _parts = parts;

    /// <summary>Reads a selector; null when it is none, and then <paramref name="error"/> says why.</summary>
    public static Selector? Read(string? text, out string error)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength)
        {
            error = $"a selector has 1 to {MaxLength} characters";
            return null;
        }

        var parts = new List<Part>();
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            if (Part.Read(ref rest) is not { } part)
            {
                error = $"'{text}' is not understood at '{rest}': tag, .class, #id, [attribute] and [attribute=value], a space for inside";
                return null;
            }

            parts.Add(part);
            rest = rest.TrimStart();
        }

        error = "";
        return new Selector([.. parts]);
    }

    public bool Matches(Element element)
    {
        if (!_parts[^1].Matches(element))
        {
            return false;
        }

        // The nearest fitting ancestor for each part: if any choice fits, this one does.
        var ancestor = element.Parent;
        for (var part = _parts.Length - 2; part >= 0; part--)
        {
            while (ancestor is not null && !_parts[part].Matches(ancestor))
            {
                ancestor = ancestor.Parent;
            }

            if (ancestor is null)
            {
                return false;
            }

            ancestor = ancestor.Parent;
        }

        return true;
    }

    private sealed record Part(string? Tag, List<string> Classes, List<(string Name, string? Value)> Attributes)
    {
        public static Part? Read(ref ReadOnlySpan<char> rest)
        {
            var part = new Part(Name(ref rest)?.ToLowerInvariant(), [], []);
            while (!rest.IsEmpty && !char.IsWhiteSpace(rest[0]))
            {
                var after = rest[1..];
                switch (rest[0])
                {
                    case '.' when Name(ref after) is { } name:
                        part.Classes.Add(name);
                        break;
                    case '#' when Name(ref after) is { } name:
                        part.Attributes.Add(("id", name));
                        break;
                    case '[' when Name(ref after) is { } name && Value(ref after, out var value):
                        part.Attributes.Add((name.ToLowerInvariant(), value));
                        break;
                    default:
                        return null;
                }

                rest = after;
            }

            return part.Tag is null && part.Classes.Count + part.Attributes.Count == 0 ? null : part;
        }

        public bool Matches(Element element)
        {
            if (Tag is not null && element.Name != Tag)
            {
                return false;
            }

            foreach (var name in Classes)
            {
                if (!HasClass(element.Attribute("class"), name))
                {
                    return false;
                }
            }

            foreach (var (name, value) in Attributes)
            {
                if (value is null ? !element.Has(name) : !element.Attribute(name).SequenceEqual(value))
                {
                    return false;
                }
            }

            return true;
        }

        private static string? Name(ref ReadOnlySpan<char> rest)
        {
            var length = 0;
            while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] is '-' or '_' or ':'))
            {
                length++;
            }

            var name = length == 0 ? null : rest[..length].ToString();
            rest = rest[length..];
            return name;
        }

        // "]", or "=value]" with or without quotes.
        private static bool Value(ref ReadOnlySpan<char> rest, out string? value)
        {
            value = null;
            var end = rest.IndexOf(']');
            if (end < 0 || (end > 0 && rest[0] != '='))
            {
                return false;
            }

            value = end == 0 ? null : rest[1..end].Trim("\"'").ToString();
            rest = rest[(end + 1)..];
            return true;
        }

        private static bool HasClass(ReadOnlySpan<char> classes, string name)
        {
            foreach (var range in classes.SplitAny(" \t\r\n"))
            {
                if (classes[range].SequenceEqual(name))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
