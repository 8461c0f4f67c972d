namespace Storyline.Evaluation;

/// <summary>How well found clusters meet gold ones; items are the gold's, and each has a found cluster.</summary>
public static class ClusterMetrics
{
    /// <summary>Bagga and Baldwin 1998: precision and recall of each item's own cluster, averaged over the items that have a gold one.</summary>
    public static (double P, double R) BCubed(IReadOnlyDictionary<string, string> gold, IReadOnlyDictionary<string, string> found)
    {
        var sizes = gold.GroupBy(g => found[g.Key], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var goldSizes = gold.GroupBy(g => g.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        double p = 0, r = 0;
        foreach (var both in gold.GroupBy(g => (Gold: g.Value, Found: found[g.Key])))
        {
            double common = both.Count();
            p += common * common / sizes[both.Key.Found];
            r += common * common / goldSizes[both.Key.Gold];
        }

        return (p / gold.Count, r / gold.Count);
    }

    /// <summary>Precision and recall of the pairs that are in one cluster.</summary>
    public static (double P, double R) Pairwise(IReadOnlyDictionary<string, string> gold, IReadOnlyDictionary<string, string> found)
    {
        var common = gold.GroupBy(g => (g.Value, found[g.Key])).Sum(g => Pairs(g.Count()));
        return (common / gold.GroupBy(g => found[g.Key], StringComparer.Ordinal).Sum(g => Pairs(g.Count())),
            common / gold.GroupBy(g => g.Value, StringComparer.Ordinal).Sum(g => Pairs(g.Count())));
    }

    private static double Pairs(int count) => count * (count - 1) / 2.0;
}
