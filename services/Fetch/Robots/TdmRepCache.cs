using Storyline.Fetch.Captures;

namespace Storyline.Fetch.Robots;

/// <summary>
/// The tdmrep.json of each host, kept for a day whatever the answer was, so that a host has one request more a day. One that cannot be read any more keeps its last copy; one that never
/// could be read declares nothing.
/// </summary>
public sealed class TdmRepCache(TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromDays(1);

    private readonly HostFiles<Entry> _files = new(time);

    /// <summary>What a site's file reserves of a URL: strings of <see cref="Reservation"/>.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="get">Asks for a file, with all that politeness asks for.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The reservations; or, when the file must be asked for first and its host is busy, when to come back.</returns>
    public async Task<(IReadOnlyList<string> Reservations, TimeSpan? Busy)> AskAsync(
        Uri url, Func<FetchRequest, Task<(FetchResult? Result, TimeSpan? Busy)>> get, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(get);
        var (file, busy) = await _files.GetAsync(url, last => LoadAsync(url, last, get), cancellationToken);
        return (file is null ? [] : Reservation.OfTdmRep(file.Declared, url.PathAndQuery), busy);
    }

    private async Task<(Entry? File, TimeSpan? Busy)> LoadAsync(Uri url, Entry? last, Func<FetchRequest, Task<(FetchResult? Result, TimeSpan? Busy)>> get)
    {
        var (result, busy) = await get(new FetchRequest(new Uri(url, "/.well-known/tdmrep.json"), TdmRep.MaxBytes, Accept: "application/json,*/*;q=0.1") { Truncate = true });
        return result switch
        {
            null => (null, busy),
            FetchResult.Success success => (new Entry(TdmRep.Parse(success.Body), Expires()), null),
            FetchResult.Failure { IsTransient: true } when last is not null => (last with { Expires = Expires() }, null),
            _ => (new Entry(TdmRep.Nothing, Expires()), null),
        };

        DateTimeOffset Expires() => time.GetUtcNow() + Freshness;
    }

    private sealed record Entry(TdmRep Declared, DateTimeOffset Expires) : HostFile(Expires)
    {
        public override int Size => Declared.Size;
    }
}
