using Lucene.Net.Index;
using Lucene.Net.Search;

namespace Storyline.Search.Index;

/// <summary>Ends a search within some thousand documents of its cancellation.</summary>
internal sealed class CancellableCollector(ICollector inner, CancellationToken cancellationToken) : ICollector
{
    private const int Interval = 4096;

    private int _seen;

    public bool AcceptsDocsOutOfOrder => inner.AcceptsDocsOutOfOrder;

    public void SetScorer(Scorer scorer) => inner.SetScorer(scorer);

    public void Collect(int doc)
    {
        if (++_seen % Interval == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        inner.Collect(doc);
    }

    public void SetNextReader(AtomicReaderContext context)
    {
        cancellationToken.ThrowIfCancellationRequested();
        inner.SetNextReader(context);
    }
}
