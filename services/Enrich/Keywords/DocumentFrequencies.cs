using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace Storyline.Enrich.Keywords;

/// <summary>
/// How common words and names are in news at large, so that the first articles of an empty platform are compared well.
/// Derived from counts over open news corpora (docs/quality.md tells which); words and names rarer than the table's last entry count as unseen.
/// </summary>
public sealed class DocumentFrequencies
{
    /// <summary>Marks the key of a name, so that "apple" the word and "Apple" the company differ.</summary>
    public const string NamePrefix = "@";

    private readonly FrozenDictionary<string, double> _rates;

    public DocumentFrequencies()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Storyline.Enrich.Keywords.document-frequencies.tsv")
            ?? throw new InvalidOperationException("resource document-frequencies.tsv is missing from the assembly");
        using var reader = new StreamReader(stream);
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab > 0)
            {
                rates[line[..tab]] = double.Parse(line.AsSpan(tab + 1), CultureInfo.InvariantCulture) / 10_000;
            }
        }

        _rates = rates.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Share of articles that hold a term, 0 to 1; 0 when it is rare.</summary>
    public double Rate(string term) => _rates.GetValueOrDefault(term);
}
