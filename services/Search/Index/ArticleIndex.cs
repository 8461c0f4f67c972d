using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Storyline.Contracts;
using Storyline.Search.Queries;

namespace Storyline.Search.Index;

/// <summary>One article that matches, without what the database knows of it.</summary>
/// <param name="ArticleId">The article.</param>
/// <param name="StoryId">Its story when it was indexed.</param>
/// <param name="Score">BM25; comparable within one result.</param>
public readonly record struct IndexHit(string ArticleId, string StoryId, double Score);

/// <summary>A page of hits.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Total">All that match.</param>
public sealed record IndexHits(IReadOnlyList<IndexHit> Hits, int Total);

/// <summary>
/// The Lucene index of one replica: a cache of the database, tied to it by the database's id and the sequence number up to which it
/// has everything; both are in Lucene's commit, so they are as durable as what they describe. An index that is absent, damaged,
/// of another schema or of another database is thrown away and begins at 0.
/// One writer at a time (<see cref="IndexTail"/>); any number of searches.
/// </summary>
public sealed class ArticleIndex : IDisposable
{
    private const string SchemaKey = "schema";
    private const string DatabaseKey = "database";
    private const string SequenceKey = "sequence";

    /// <summary>Articles read to learn which entities have a spelling.</summary>
    private const int SpellingSample = 200;

    private readonly string _path;
    private readonly double _ramBufferMegabytes;
    private readonly ILogger _logger;
    private readonly NewsAnalyzer _analyzer = new();
    private Lucene.Net.Store.Directory? _directory;
    private IndexWriter? _writer;
    private SearcherManager? _searchers;
    private string _databaseId = "";

    /// <param name="path">Its own folder.</param>
    /// <param name="ramBufferMegabytes">Memory for documents that are not yet in a segment.</param>
    /// <param name="logger">Log.</param>
    public ArticleIndex(string path, double ramBufferMegabytes, ILogger logger)
    {
        _path = path;
        _ramBufferMegabytes = ramBufferMegabytes;
        _logger = logger;
    }

    /// <summary>Everything up to this sequence number can be found.</summary>
    public long Sequence { get; private set; }

    /// <summary>Everything up to this sequence number survives a crash.</summary>
    public long CommittedSequence { get; private set; }

    /// <summary>Documents that can be found.</summary>
    public int Count => Read(searcher => searcher.IndexReader.NumDocs);

    internal NewsAnalyzer Analyzer => _analyzer;

    /// <summary>Opens what is on disk, or begins anew.</summary>
    /// <param name="databaseId">The database that it is a cache of.</param>
    /// <param name="databaseSequence">The database's last sequence number: an index that is ahead is of a database since restored.</param>
    public void Open(string databaseId, long databaseSequence)
    {
        Close();
        _databaseId = databaseId;
        if (TryOpen(out var reason) && CommittedSequence <= databaseSequence)
        {
            return;
        }

        if (System.IO.Directory.Exists(_path))
        {
            ArticleIndexLog.Rebuilt(_logger, _path, reason ?? "it is ahead of its database");
        }

        Close();
        if (System.IO.Directory.Exists(_path))
        {
            System.IO.Directory.Delete(_path, recursive: true);
        }

        OpenWriter(OpenMode.CREATE);
        Sequence = 0;
        Commit();
    }

    /// <summary>Puts articles in, in place of their older revisions, and makes them visible to searches that start after it.</summary>
    /// <param name="articles">The current revisions with their stories.</param>
    /// <param name="sequence">The last sequence number that they cover.</param>
    public void Apply(IReadOnlyCollection<(ArticleEnriched Article, string StoryId)> articles, long sequence)
    {
        ArgumentNullException.ThrowIfNull(articles);
        foreach (var (article, storyId) in articles)
        {
            Writer.UpdateDocument(new Term(ArticleDocument.Id, article.ArticleId), ArticleDocument.Create(article, storyId), _analyzer);
        }

        Searchers.MaybeRefreshBlocking();
        Sequence = sequence;
    }

    /// <summary>Makes what was applied durable.</summary>
    public void Commit()
    {
        var sequence = Sequence;
        Writer.SetCommitData(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SchemaKey] = ArticleDocument.SchemaVersion.ToString(CultureInfo.InvariantCulture),
            [DatabaseKey] = _databaseId,
            [SequenceKey] = sequence.ToString(CultureInfo.InvariantCulture),
        });
        Writer.Commit();
        CommittedSequence = sequence;
    }

    /// <summary>Articles that match, from <paramref name="offset"/> on.</summary>
    /// <param name="query">Null for everything.</param>
    /// <param name="newestFirst">By publish time instead of score; those without one come last.</param>
    /// <param name="offset">Hits to leave out.</param>
    /// <param name="limit">Hits to return at most.</param>
    /// <param name="stories">The stories that stand for those in the query after merges.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    public IndexHits Search(
        QueryNode? query, bool newestFirst, int offset, int limit, IReadOnlyDictionary<string, string> stories, CancellationToken cancellationToken) =>
        Read(searcher =>
        {
            var builder = new LuceneQueryBuilder(
                _analyzer, (field, spelling, terms) => EntitiesOf(searcher, field, spelling, terms, cancellationToken), stories);
            var lucene = builder.Build(query);
            var wanted = Math.Max(1, offset + limit);
            TopDocs found;
            if (newestFirst)
            {
                var collector = TopFieldCollector.Create(Newest, wanted, fillFields: true, trackDocScores: true, trackMaxScore: false, docsScoredInOrder: false);
                searcher.Search(lucene, new CancellableCollector(collector, cancellationToken));
                found = collector.GetTopDocs(offset, limit);
            }
            else
            {
                var collector = TopScoreDocCollector.Create(wanted, docsScoredInOrder: false);
                searcher.Search(lucene, new CancellableCollector(collector, cancellationToken));
                found = collector.GetTopDocs(offset, limit);
            }

            var hits = Array.ConvertAll(found.ScoreDocs, hit =>
            {
                var document = searcher.Doc(hit.Doc, HitFields);
                return new IndexHit(document.Get(ArticleDocument.Id, CultureInfo.InvariantCulture), document.Get(ArticleDocument.Story, CultureInfo.InvariantCulture), hit.Score);
            });
            return new IndexHits(hits, found.TotalHits);
        });

    public void Dispose()
    {
        Close();
        _analyzer.Dispose();
    }

    private static readonly HashSet<string> HitFields = new(StringComparer.Ordinal) { ArticleDocument.Id, ArticleDocument.Story };

    private static readonly HashSet<string> SpellingFields = new(StringComparer.Ordinal) { ArticleDocument.Spellings };

    private static readonly Sort Newest = NewestSort();

    private static Sort NewestSort()
    {
        var published = new SortField(ArticleDocument.Published, SortFieldType.INT64, reverse: true);
        published.SetMissingValue(long.MinValue);
        return new Sort(published, SortField.FIELD_DOC);
    }

    private IndexWriter Writer => _writer ?? throw new InvalidOperationException("the index is not open");

    private SearcherManager Searchers => _searchers ?? throw new IndexNotReadyException();

    private bool TryOpen(out string? reason)
    {
        reason = null;
        if (!System.IO.Directory.Exists(_path))
        {
            reason = "there is none yet";
            return false;
        }

        try
        {
            using var directory = FSDirectory.Open(_path);
            using (var reader = DirectoryReader.Open(directory))
            {
                var commit = new Dictionary<string, string>(reader.IndexCommit.UserData, StringComparer.Ordinal);
                if (!string.Equals(commit.GetValueOrDefault(DatabaseKey), _databaseId, StringComparison.Ordinal))
                {
                    reason = "it belongs to another database";
                    return false;
                }

                if (!int.TryParse(commit.GetValueOrDefault(SchemaKey), CultureInfo.InvariantCulture, out var schema) || schema != ArticleDocument.SchemaVersion)
                {
                    reason = "it has another schema";
                    return false;
                }

                // Opening reads headers only. A damaged block would otherwise be met by a search, hours later.
                foreach (var leaf in reader.Leaves)
                {
                    leaf.AtomicReader.CheckIntegrity();
                }

                Sequence = CommittedSequence = long.Parse(commit[SequenceKey], CultureInfo.InvariantCulture);
            }

            OpenWriter(OpenMode.APPEND);
            return true;
        }
        catch (LockObtainFailedException)
        {
            // Another process has it: throwing its index away would be wrong.
            throw;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            reason = exception.Message;
            return false;
        }
    }

    private void OpenWriter(OpenMode mode)
    {
        System.IO.Directory.CreateDirectory(_path);
        _directory = FSDirectory.Open(_path);
        _writer = new IndexWriter(_directory, new IndexWriterConfig(NewsAnalyzer.Version, _analyzer)
        {
            OpenMode = mode,
            RAMBufferSizeMB = _ramBufferMegabytes,
            Similarity = Similarity,
        });
        _searchers = new SearcherManager(_writer, applyAllDeletes: true, new FreshSearchers());
    }

    private static Similarity Similarity => new BM25Similarity();

    private void Close()
    {
        _searchers?.Dispose();
        _searchers = null;

        // Without a commit: what is not committed is read from the database again.
        _writer?.Rollback();
        _writer = null;
        _directory?.Dispose();
        _directory = null;
    }

    private T Read<T>(Func<IndexSearcher, T> read)
    {
        var searchers = Searchers;
        var searcher = searchers.Acquire();
        try
        {
            return read(searcher);
        }
        finally
        {
            searchers.Release(searcher);
        }
    }

    /// <summary>The entities with a spelling that holds the terms in order, among the articles that have such a spelling.</summary>
    private List<string> EntitiesOf(IndexSearcher searcher, string field, Query spelling, IReadOnlyList<string> terms, CancellationToken cancellationToken)
    {
        var collector = TopScoreDocCollector.Create(SpellingSample, docsScoredInOrder: false);
        searcher.Search(spelling, new CancellableCollector(collector, cancellationToken));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var hit in collector.GetTopDocs().ScoreDocs)
        {
            foreach (var value in searcher.Doc(hit.Doc, SpellingFields).GetValues(ArticleDocument.Spellings, CultureInfo.InvariantCulture))
            {
                var parts = value.Split('\t');
                if (string.Equals(parts[0], field, StringComparison.Ordinal)
                    && !ids.Contains(parts[1])
                    && parts.Skip(2).Any(candidate => ContainsInOrder(_analyzer.Terms(field, candidate), terms)))
                {
                    ids.Add(parts[1]);
                }
            }
        }

        return [.. ids.Take(SpellingSample)];
    }

    private static bool ContainsInOrder(IReadOnlyList<string> terms, IReadOnlyList<string> wanted)
    {
        for (var start = 0; start + wanted.Count <= terms.Count; start++)
        {
            if (wanted.Select((term, i) => string.Equals(terms[start + i], term, StringComparison.Ordinal)).All(equal => equal))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class FreshSearchers : SearcherFactory
    {
        public override IndexSearcher NewSearcher(IndexReader reader) => new(reader) { Similarity = Similarity };
    }
}

/// <summary>The index has not been opened yet: the process is starting.</summary>
public sealed class IndexNotReadyException() : Exception("the index is not open yet");

internal static partial class ArticleIndexLog
{
    [LoggerMessage(EventId = 1, EventName = "IndexRebuilt", Level = LogLevel.Warning, Message = "index {Path} is made anew from the database: {Reason}")]
    public static partial void Rebuilt(ILogger logger, string path, string reason);
}
