using System.Buffers;
using Storyline.Contracts;
using Storyline.Parse.Blocks;
using Storyline.Parse.Metadata;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Html;

/// <summary>
/// The entries of a live blog as a page shows them: many elements side by side, each with the time of its own (<c>time datetime</c>) and a name to link to, that hold most
/// of the article.
/// </summary>
internal sealed class LiveEntries
{
    private const int MinEntries = 4;
    private const int MaxLevels = 8;

    /// <summary>Share of the article's text that stands in entries.</summary>
    private const double MinShare = 0.6;

    // Whoever writes live is done in a few days; the posts on the front page of a blog are further apart.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(72);

    private static readonly SearchValues<string> CommentWords =
        SearchValues.Create(["comment", "kommentar", "commentaire", "comentario", "disqus", "forum", "discuss", "reply", "replies", "thread", "review", "answer"], StringComparison.OrdinalIgnoreCase);

    private readonly PageBlocks _page;
    private readonly Dictionary<Element, Entry> _entries = [];
    private readonly Entry?[] _ofContainer;
    private readonly bool[] _isKnown;

    private LiveEntries(PageBlocks page, IEnumerable<Entry> entries)
    {
        _page = page;
        _entries = entries.ToDictionary(e => e.Element);
        _ofContainer = new Entry?[page.Containers.Count];
        _isKnown = new bool[page.Containers.Count];
    }

    /// <param name="page">The page's blocks.</param>
    /// <param name="isOfArticle">Which of them are the article's.</param>
    /// <param name="times">The page's <c>time datetime</c> elements in document order.</param>
    /// <param name="isDeclared">The page declares a live blog: entries without names and over more days are believed, too.</param>
    /// <returns>Null when the page shows no entries.</returns>
    public static LiveEntries? Find(PageBlocks page, Func<int, bool> isOfArticle, IReadOnlyList<Element> times, bool isDeclared)
    {
        if (times.Count < MinEntries)
        {
            return null;
        }

        LiveEntries? best = null;
        var most = 0;
        foreach (var group in Groups(times))
        {
            var entries = new LiveEntries(page, group);
            var (share, texts) = entries.Share(isOfArticle);
            if (share >= MinShare && texts >= MinEntries && texts > most && (isDeclared || group.All(e => e.IsNamed) && AreLive(group) && !AreComments(group[0].Element)))
            {
                (best, most) = (entries, texts);
            }
        }

        return best;
    }

    /// <summary>The article's blocks with the time on the first of each entry.</summary>
    public List<Block> Timed(List<Block> blocks)
    {
        // Both lists are in the page's order; texts that stand twice are taken in turn.
        var places = new Dictionary<string, Queue<int>>(StringComparer.Ordinal);
        for (var i = 0; i < _page.Blocks.Count; i++)
        {
            if (!places.TryGetValue(_page.Blocks[i].Text, out var queue))
            {
                places[_page.Blocks[i].Text] = queue = new Queue<int>();
            }

            queue.Enqueue(i);
        }

        Entry? last = null;
        return
        [
            .. blocks.Select(block =>
            {
                if (!places.TryGetValue(block.Text, out var queue) || !queue.TryDequeue(out var place) || Of(_page.Blocks[place].Container) is not { } entry || entry == last)
                {
                    return block;
                }

                last = entry;
                return block with { Time = entry.Time };
            }),
        ];
    }

    /// <summary>Elements side by side that have a time of their own each.</summary>
    private static IEnumerable<List<Entry>> Groups(IReadOnlyList<Element> times)
    {
        var groups = new Dictionary<Element, List<Entry>>();
        foreach (var time in times)
        {
            if (DateText.Machine(time.Value("datetime")) is not { HasTime: true } reading)
            {
                continue;
            }

            var element = time;
            for (var level = 0; level < MaxLevels && element.Parent is { } parent && element.Tag != Tag.Body; level++, element = parent)
            {
                if (!groups.TryGetValue(parent, out var group))
                {
                    groups[parent] = group = [];
                }

                // The first time inside an element is when it was published, others are of changes.
                if (group.Count == 0 || group[^1].Element != element)
                {
                    group.Add(new Entry(element, reading.Time));
                }
            }
        }

        return groups.Values.Where(group => group.Count >= MinEntries);
    }

    private static bool AreLive(List<Entry> entries)
    {
        int later = 0, earlier = 0;
        for (var i = 1; i < entries.Count; i++)
        {
            var order = entries[i].Time.CompareTo(entries[i - 1].Time);
            (later, earlier) = (later + (order > 0 ? 1 : 0), earlier + (order < 0 ? 1 : 0));
        }

        // In one order, a pinned entry or two apart.
        return Math.Max(later, earlier) >= 2 && Math.Min(later, earlier) <= 1 + (entries.Count / 10) && entries.Max(e => e.Time) - entries.Min(e => e.Time) <= Longest;
    }

    /// <summary>What readers write has times and ids, too.</summary>
    private static bool AreComments(Element entry)
    {
        for (var element = entry; element is not null && element.Tag != Tag.Body; element = element.Parent)
        {
            foreach (ref readonly var attribute in element.Attributes)
            {
                if (attribute.Name is "class" or "id" or "itemtype" or "itemprop" && attribute.Value.Span.ContainsAny(CommentWords))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>How much of the article's text stands in entries, and in how many.</summary>
    private (double Share, int Entries) Share(Func<int, bool> isOfArticle)
    {
        int inside = 0, all = 0;
        var texts = new HashSet<Entry>();
        for (var i = 0; i < _page.Blocks.Count; i++)
        {
            var block = _page.Blocks[i];
            if (!isOfArticle(i) || block.Kind == BlockKind.Caption)
            {
                continue;
            }

            all += block.Text.Length;
            if (Of(block.Container) is { } entry && block.Distances[(int)Hint.Comment] == PageBlocks.FarAway)
            {
                inside += block.Text.Length;
                if (block.IsProse)
                {
                    texts.Add(entry);
                }
            }
        }

        return (all == 0 ? 0 : (double)inside / all, texts.Count);
    }

    private Entry? Of(int container)
    {
        if (!_isKnown[container])
        {
            _isKnown[container] = true;
            for (var element = _page.Containers[container].Element; element is not null; element = element.Parent)
            {
                if (_entries.TryGetValue(element, out var entry))
                {
                    _ofContainer[container] = entry;
                    break;
                }
            }
        }

        return _ofContainer[container];
    }

    private sealed record Entry(Element Element, DateTimeOffset Time)
    {
        private const int MaxNodes = 300;

        /// <summary>It has an id, or links to itself.</summary>
        public bool IsNamed => IsLinkable(Element);

        private static bool IsLinkable(Element element)
        {
            if (HasName(element))
            {
                return true;
            }

            var nodes = 0;
            for (var node = element.FirstChild; node is not null && nodes++ < MaxNodes; node = node.Following(element))
            {
                if (node is Element child && HasName(child))
                {
                    return true;
                }
            }

            return false;
        }

        private static bool HasName(Element element) => element.Has("id") || (element.Tag == Tag.A && element.Attribute("href").Contains('#'));
    }
}
