using Storyline.Contracts;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Stories;

/// <summary>Where an article went.</summary>
/// <param name="Story">Its story.</param>
/// <param name="Article">The article in the window.</param>
/// <param name="IsNew">It founded the story.</param>
/// <param name="Absorbed">The younger story that it joined to this one, if it did; its members are here now.</param>
public sealed record Assignment(Story Story, WindowArticle Article, bool IsNew, Story? Absorbed);

/// <summary>
/// Online clustering of a stream into stories, one pass, deterministic for a given order.
/// <para>
/// Similarity of two articles = (1 − n)·cosine of TF-IDF word vectors + n·cosine of TF-IDF name vectors, times a decay with the time between
/// them where both have a time. An article joins the story with the highest score (mostly the average, partly the best of its similarities to the story's
/// articles) if that reaches the threshold, else it founds one. After Miranda et al. 2018 ("Multilingual clustering of streaming
/// news"), with articles instead of centroids, which keeps look-alike events apart and small stories exact.
/// </para>
/// Candidates come from an inverted index over the article's most telling terms; no scan over the window. Not thread-safe.
/// </summary>
public sealed class StoryClusterer(StoryOptions options, DocumentFrequencies background)
{
    /// <summary>Tellings that a story holds at most; the next one founds a new story.</summary>
    public const int MaxTellings = 1000;

    private const int CandidateTerms = 40;
    private const int CandidateArticles = 60;
    private const int CandidateStories = 16;
    private const int ComparedMembers = 24;

    // How much the nearest of a story's articles counts beside their average.
    private const double BestShare = 0.25;

    // Names that agree less than NameAgreement weaken what the words say, down to NameFloor of it.
    private const double NameFloor = 0.4;
    private const double NameAgreement = 0.2;

    // Two events of one town share its names, and names that no table knows weigh most: below this cosine of their words, names alone make no story.
    private const double MinWords = 0.12;

    // A publisher seldom tells one event twice, and its articles share words and places that others do not use ("the Vale").
    private const double SamePublisher = 0.75;

    private readonly Dictionary<string, Story> _stories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WindowArticle> _articles = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Story, long> _quiet = new();
    private readonly StoryWindow _window = new(background);
    private DateTimeOffset _highWater = DateTimeOffset.MinValue;

    /// <summary>Articles in the window.</summary>
    public int Count => _window.Count;

    /// <summary>Stories in the window.</summary>
    public IReadOnlyCollection<Story> Stories => _stories.Values;

    /// <summary>A story of the window.</summary>
    public Story? Find(string storyId) => _stories.GetValueOrDefault(storyId);

    /// <summary>An article of the window.</summary>
    public WindowArticle? FindArticle(string articleId) => _articles.GetValueOrDefault(articleId);

    /// <summary>Gives a new article its story.</summary>
    /// <param name="features">The article; not in the window yet.</param>
    /// <param name="order">Its place in the stream; greater than all before.</param>
    public Assignment Assign(ArticleFeatures features, long order)
    {
        var article = Enter(_window.Weigh(features), order);
        var ranked = Rank(article);
        if (ranked.Count == 0 || ranked[0].Score < options.JoinThreshold)
        {
            var founded = new Story(Identifiers.Story(features.ArticleId), order);
            _stories.Add(founded.StoryId, founded);
            Join(founded, article);
            return new Assignment(founded, article, IsNew: true, Absorbed: null);
        }

        var story = ranked[0].Story;
        var absorbed = ranked.Count > 1 && ranked[1].Score >= options.JoinThreshold && CanMerge(story, ranked[1].Story) ? ranked[1].Story : null;
        if (absorbed is not null)
        {
            if (absorbed.FoundedOrder < story.FoundedOrder)
            {
                (story, absorbed) = (absorbed, story);
            }

            Absorb(story, absorbed);
        }

        Join(story, article);
        return new Assignment(story, article, IsNew: false, absorbed);
    }

    /// <summary>Puts a new revision in the place of an article; it stays in its story.</summary>
    public WindowArticle Replace(WindowArticle old, ArticleFeatures features)
    {
        var story = old.Story!;
        _window.Remove(old);
        var article = Enter(_window.Weigh(features), old.Order);
        article.Story = story;
        story.Members[story.Members.IndexOf(old)] = article;
        Rebuild(story);
        Touch(story, features.Time);
        return article;
    }

    /// <summary>Notes the entities that an article's names were resolved to; the story's quotations learn their speakers.</summary>
    public void Resolve(WindowArticle article, ArticleFeatures resolved)
    {
        article.Story!.Quotations.Replace(article.Features, resolved);
        article.Features = resolved;
    }

    /// <summary>Takes in a story, its features weighted, as another process, or an earlier one, left it; replaces what the window held of it.</summary>
    public Story Load(string storyId, long foundedOrder, long version, long lastSeq, IEnumerable<(ArticleFeatures Features, long Order)> members)
    {
        Forget(storyId);
        var story = new Story(storyId, foundedOrder) { Version = version };
        _stories.Add(storyId, story);
        foreach (var (features, order) in members)
        {
            Join(story, Enter(features, order));
        }

        Settle(story, lastSeq);
        return story;
    }

    /// <summary>Notes that a story changed, so that the quietest leave first.</summary>
    public void Settle(Story story, long lastSeq)
    {
        story.LastSeq = lastSeq;
        _quiet.Enqueue(story, lastSeq);
    }

    /// <summary>Drops a story from the window.</summary>
    public void Forget(string storyId)
    {
        if (_stories.Remove(storyId, out var story))
        {
            foreach (var member in story.Members)
            {
                _window.Remove(member);
                _articles.Remove(member.Features.ArticleId);
            }
        }
    }

    /// <summary>Lets go what is over the window's time and size, the quietest stories first.</summary>
    public void Evict()
    {
        while (_quiet.TryPeek(out var story, out var seq))
        {
            var isStale = story.LastSeq != seq || !ReferenceEquals(_stories.GetValueOrDefault(story.StoryId), story);
            if (!isStale && _window.Count <= options.MaxArticles && story.ActiveAt >= Cutoff)
            {
                break;
            }

            _quiet.Dequeue();
            if (!isStale)
            {
                Forget(story.StoryId);
            }
        }
    }

    /// <summary>Stories whose last telling is older have left the window.</summary>
    public DateTimeOffset Cutoff => _highWater - DateTimeOffset.MinValue < options.Window ? DateTimeOffset.MinValue : _highWater - options.Window;

    /// <summary>Raises the time up to which the stream has come.</summary>
    public void Advance(DateTimeOffset time) => _highWater = time > _highWater ? time : _highWater;

    private WindowArticle Enter(ArticleFeatures features, long order)
    {
        var article = _window.Add(features, order);
        _articles[features.ArticleId] = article;
        return article;
    }

    private void Join(Story story, WindowArticle article)
    {
        article.Story = story;
        story.Members.Add(article);
        story.Roles.Add(article, story.Members);
        story.Quotations.Add(article.Features);
        Touch(story, article.Features.Time);
    }

    private void Touch(Story story, DateTimeOffset time)
    {
        story.ActiveAt = time > story.ActiveAt ? time : story.ActiveAt;
        Advance(time);
    }

    private void Absorb(Story story, Story younger)
    {
        _stories.Remove(younger.StoryId);
        story.Members.AddRange(younger.Members);
        story.Members.Sort((a, b) => a.Order.CompareTo(b.Order));
        foreach (var member in younger.Members)
        {
            member.Story = story;
        }

        Rebuild(story);
        Touch(story, younger.ActiveAt);
    }

    private static void Rebuild(Story story)
    {
        story.Roles.Clear();
        story.Quotations.Clear();
        var before = new List<WindowArticle>();
        foreach (var member in story.Members)
        {
            before.Add(member);
            story.Roles.Add(member, before);
            story.Quotations.Add(member.Features);
        }
    }

    private List<(Story Story, double Score)> Rank(WindowArticle article) => [.. _window
        .Like(article, CandidateTerms, options.NameShare, CandidateArticles)
        .Select(a => a.Story!).Distinct().Where(s => s.Members.Count < MaxTellings).Take(CandidateStories)
        .Select(s => (Story: s, Score: Score(article, s)))
        .OrderByDescending(s => s.Score).ThenBy(s => s.Story.FoundedOrder)];

    private double Score(WindowArticle article, Story story)
    {
        double best = 0, sum = 0;
        var compared = Math.Min(story.Members.Count, ComparedMembers);
        for (var i = story.Members.Count - compared; i < story.Members.Count; i++)
        {
            var similarity = Similarity(article, story.Members[i]);
            best = Math.Max(best, similarity);
            sum += similarity;
        }

        return (BestShare * best) + ((1 - BestShare) * sum / compared);
    }

    private bool CanMerge(Story left, Story right)
    {
        if (left.Members.Count + right.Members.Count >= MaxTellings)
        {
            return false;
        }

        double sum = 0;
        var pairs = 0;
        foreach (var a in left.Members.TakeLast(ComparedMembers))
        {
            foreach (var b in right.Members.TakeLast(ComparedMembers))
            {
                sum += Similarity(a, b);
                pairs++;
            }
        }

        return sum / pairs >= options.MergeThreshold;
    }

    private double Similarity(WindowArticle a, WindowArticle b)
    {
        var words = Cosine(a.Words, b.Words);
        if (words < MinWords)
        {
            return 0;
        }

        var similarity = words;
        if (a.Names.Length > 0 && b.Names.Length > 0)
        {
            // Different people in different places are another event, however alike the words ("a bridge is closed").
            var names = Cosine(a.Names, b.Names);
            similarity = (((1 - options.NameShare) * words) + (options.NameShare * names)) * Math.Min(1, NameFloor + (names / NameAgreement));
        }

        if (a.Features.SourceId == b.Features.SourceId && ArticleSource.IsPublisher(a.Features.SourceId))
        {
            similarity *= SamePublisher;
        }

        return a.Features.PublishTime is { } left && b.Features.PublishTime is { } right
            ? similarity * Math.Exp(-(left - right).Duration() / options.Decay)
            : similarity;
    }

    private static double Cosine(WindowTerm[] left, WindowTerm[] right)
    {
        double sum = 0;
        int i = 0, j = 0;
        while (i < left.Length && j < right.Length)
        {
            if (left[i].Hash == right[j].Hash)
            {
                sum += left[i++].Weight * right[j++].Weight;
            }
            else if (left[i].Hash < right[j].Hash)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return sum;
    }
}
