using Storyline.Contracts;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Names;

/// <summary>
/// Coreference inside one document: gathers mentions into entities. Full names first, then surnames, first names, acronyms
/// and misspellings are joined to the one they can mean; the type is what all cues of the entity together say.
/// </summary>
public sealed class NameLinker(NameLexicon lexicon)
{
    private const int TitleWeight = 3;

    /// <summary>The entities of a document, most salient first.</summary>
    /// <param name="body">The body.</param>
    /// <param name="mentions">Its mentions.</param>
    /// <param name="titleMentions">The mentions of the headline.</param>
    public List<DocumentEntity> Link(AnalyzedText body, IReadOnlyList<NameMention> mentions, IReadOnlyList<NameMention> titleMentions)
    {
        var names = new Dictionary<string, Name>(StringComparer.Ordinal);
        foreach (var (mention, inTitle) in mentions.Select(m => (m, false)).Concat(titleMentions.Select(m => (m, true))))
        {
            var key = Words.Fold(mention.Text);
            if (!names.TryGetValue(key, out var name))
            {
                names[key] = name = new Name(key, mention.Text, names.Count);
            }

            name.Add(mention, inTitle);
        }

        var groups = Group([.. names.Values]);
        var total = groups.Sum(Weight);
        return [.. groups
            .Select(g => ToEntity(body, g, total))
            .OrderByDescending(e => e.Salience).ThenBy(e => e.Key, StringComparer.Ordinal)];
    }

    private List<List<Name>> Group(List<Name> names)
    {
        var groups = new Dictionary<string, List<Name>>(StringComparer.Ordinal);
        var pending = new List<Name>();
        foreach (var name in names)
        {
            name.Type = TypeOf(name.Cues);
            var canonical = Canonical(name);
            if (name.Type == EntityType.Person && name.Parts.Length < 2)
            {
                pending.Add(name);
            }
            else
            {
                Join(groups, canonical, name);
            }
        }

        var people = groups.Values.Where(g => g[0].Type == EntityType.Person).ToList();
        MergeMisspeltPeople(groups, people);
        var bare = names.Where(n => n.Type != EntityType.Person && n.Parts.Length == 1 && !n.IsKnown).ToList();

        // "Xi" with no cue of its own is the surname of Xi Jinping.
        Attach(groups, bare, name => Surname(people, name));
        foreach (var name in pending.OrderByDescending(n => n.Count).ThenBy(n => n.Order))
        {
            if ((Surname(people, name) ?? Misspelt(people, name)) is { } owner)
            {
                owner.Add(name);
            }
            else
            {
                Join(groups, Canonical(name), name);
                people.Add(groups[Canonical(name)]);
            }
        }

        // "Binken" is a slip of Blinken, which by now has all its mentions.
        Attach(groups, bare, name => name.Type == EntityType.Other ? Misspelt(people, name) : null);
        JoinAcronyms(groups);
        return [.. groups.Values];
    }

    private void Attach(Dictionary<string, List<Name>> groups, List<Name> names, Func<Name, List<Name>?> find)
    {
        foreach (var name in names)
        {
            var key = Canonical(name);
            if (groups.TryGetValue(key, out var own) && own.Count == 1 && own[0] == name && find(name) is { } owner)
            {
                groups.Remove(key);
                owner.Add(name);
            }
        }
    }

    private static void Join(Dictionary<string, List<Name>> groups, string key, Name name)
    {
        if (!groups.TryGetValue(key, out var group))
        {
            groups[key] = group = [];
        }

        group.Add(name);
    }

    private static void MergeMisspeltPeople(Dictionary<string, List<Name>> groups, List<List<Name>> people)
    {
        for (var i = 0; i < people.Count; i++)
        {
            for (var j = people.Count - 1; j > i; j--)
            {
                if (NameSimilarity.CanBeSamePerson(people[i][0].Text, people[j][0].Text))
                {
                    people[i].AddRange(people[j]);
                    groups.Remove(groups.First(g => ReferenceEquals(g.Value, people[j])).Key);
                    people.RemoveAt(j);
                }
            }
        }
    }

    // Western order first ("Blinken"), then family name first ("Qin" of Qin Gang); the nearest earlier owner wins.
    private static List<Name>? Surname(List<List<Name>> people, Name name)
    {
        var word = name.Parts.Length == 1 ? name.Parts[0] : name.Key;
        var owners = people.Where(p => p.Any(n => n.Parts.Length > 1 && n.Parts[^1] == word)).ToList();
        if (owners.Count == 0)
        {
            owners = people.Where(p => p.Any(n => n.Parts.Length > 1 && n.Parts[0] == word)).ToList();
        }

        return owners.Count switch
        {
            0 => null,
            1 => owners[0],
            _ => owners.OrderBy(o => o.Min(n => n.FirstToken) <= name.FirstToken ? 0 : 1).ThenByDescending(o => o.Sum(n => n.Count)).First(),
        };
    }

    private static List<Name>? Misspelt(List<List<Name>> people, Name name) =>
        name.Parts.Length != 1 ? null : people.FirstOrDefault(p => p.Sum(n => n.Count) > name.Count
            && p.Any(n => n.Parts.Length > 0 && NameSimilarity.IsMisspelling(n.Parts[^1], name.Parts[0])));

    // "Asia-Pacific Economic Cooperation (APEC)": capitals that are the initials of a longer name in the same text.
    private static void JoinAcronyms(Dictionary<string, List<Name>> groups)
    {
        foreach (var (key, group) in groups.ToList())
        {
            var acronym = group[0].Text.Replace(".", "", StringComparison.Ordinal);
            if (group[0].IsKnown || acronym.Length is < 3 or > 6 || !acronym.All(char.IsUpper))
            {
                continue;
            }

            var longer = groups.Values.FirstOrDefault(g => g[0].Text.Contains(' ', StringComparison.Ordinal) && Initials(g[0].Text) == acronym);
            if (longer is not null)
            {
                longer.AddRange(group);
                groups.Remove(key);
            }
        }
    }

    private static string Initials(string name) =>
        string.Concat(name.Split([' ', '-']).Where(w => w.Length > 0 && char.IsUpper(w[0])).Select(w => w[0]));

    private string Canonical(Name name)
    {
        var key = name.Type switch
        {
            EntityType.Place => Words.Fold(lexicon.Place(name.Text) ?? name.Text),
            EntityType.Organisation => Words.Fold(NameLexicon.Organisations.GetValueOrDefault(name.Text) ?? name.Text),
            EntityType.Person when name.Parts.Length > 0 => name.Parts.Length > 1 ? $"{name.Parts[0]} {name.Parts[^1]}" : name.Parts[0],
            _ => name.Key,
        };
        name.IsKnown = lexicon.Place(name.Text) is not null || NameLexicon.Organisations.ContainsKey(name.Text) || NameLexicon.Demonyms.Contains(name.Text);
        return $"{(int)name.Type}:{key}";
    }

    private static EntityType TypeOf(int[] cues)
    {
        var best = EntityType.Other;
        foreach (var type in new[] { EntityType.Person, EntityType.Organisation, EntityType.Place })
        {
            if (cues[(int)type] > cues[(int)best] || (cues[(int)type] == cues[(int)best] && cues[(int)type] > 0 && best == EntityType.Other))
            {
                best = type;
            }
        }

        return best;
    }

    private static double Weight(List<Name> group) => group.Sum(n => n.Count + (n.InTitle ? TitleWeight : 0));

    private DocumentEntity ToEntity(AnalyzedText body, List<Name> group, double total)
    {
        var type = group[0].Type;
        var spellings = group
            .SelectMany(n => n.Spellings)
            .GroupBy(s => s.Key, StringComparer.Ordinal)
            .Select(g => (Text: g.Key, Count: g.Sum(s => s.Value)))
            .OrderByDescending(s => s.Count).ThenBy(s => s.Text, StringComparer.Ordinal)
            .ToArray();
        var first = group.MaxBy(n => (n.Parts.Length, n.Count, -n.Order))!;
        var name = type switch
        {
            EntityType.Place => lexicon.Place(first.Text) ?? first.Text,
            EntityType.Organisation => NameLexicon.Organisations.GetValueOrDefault(first.Text) ?? first.Text,
            _ => first.Text,
        };
        return new DocumentEntity
        {
            Key = type == EntityType.Person && first.Parts.Length > 1 ? $"{first.Parts[0]} {first.Parts[^1]}" : Words.Fold(name),
            Type = type,
            Name = name,
            Spellings = spellings,
            Mentions = [.. group.SelectMany(n => n.Mentions).Select(m => ToMention(body, m)).OrderBy(m => m.Start)],
            Salience = total == 0 ? 0 : Math.Round(Weight(group) / total, 4),
            InTitle = group.Any(n => n.InTitle),
        };
    }

    private static Mention ToMention(AnalyzedText body, NameMention mention)
    {
        var start = body.Tokens[mention.FirstToken].Start;
        var last = Words.StripPossessive(body.Span(mention.EndToken - 1)).Length;
        return new Mention(start, body.Tokens[mention.EndToken - 1].Start + last - start);
    }

    /// <summary>All mentions with one folded spelling.</summary>
    private sealed class Name(string key, string text, int order)
    {
        public string Key { get; } = key;

        public string Text { get; } = text;

        public int Order { get; } = order;

        public string[] Parts { get; } = NameSimilarity.PersonParts(text);

        public EntityType Type { get; set; }

        public bool IsKnown { get; set; }

        public bool InTitle { get; private set; }

        public int Count { get; private set; }

        public int FirstToken { get; private set; } = int.MaxValue;

        public int[] Cues { get; } = new int[5];

        public List<NameMention> Mentions { get; } = [];

        public Dictionary<string, int> Spellings { get; } = new(StringComparer.Ordinal);

        public void Add(NameMention mention, bool inTitle)
        {
            InTitle |= inTitle;
            Count++;
            Spell(mention.Text);
            if (mention.Title.Length > 0 && Parts.Length == 1 && !mention.Title.Contains(' ', StringComparison.Ordinal))
            {
                Spell($"{mention.Title} {mention.Text}");
            }

            for (var i = 0; i < Cues.Length; i++)
            {
                Cues[i] += mention.Cues[i];
            }

            if (!inTitle)
            {
                FirstToken = Math.Min(FirstToken, mention.FirstToken);
                Mentions.Add(mention);
            }
        }

        private void Spell(string spelling) => Spellings[spelling] = Spellings.GetValueOrDefault(spelling) + 1;
    }
}
