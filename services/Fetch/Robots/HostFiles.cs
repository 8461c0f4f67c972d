using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Storyline.Fetch.Robots;

/// <summary>What a host's file said, or that it has none.</summary>
/// <param name="Expires">When to ask for it again.</param>
internal abstract record HostFile(DateTimeOffset Expires)
{
    /// <summary>About how much it holds, in characters.</summary>
    public abstract int Size { get; }
}

/// <summary>
/// A small file of each host, such as its robots.txt, kept until it expires. Those who want one that is not there wait for one request together. Bounded: the
/// hosts that were not asked about for the longest go first.
/// </summary>
internal sealed class HostFiles<TFile>(TimeProvider time) where TFile : HostFile
{
    private const int MaxHosts = 50_000;

    // Characters: about twice as many bytes.
    private const long MaxSize = 64 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly Lock _bound = new();
    private long _size;

    /// <summary>The file of a URL's host.</summary>
    /// <param name="url">Any URL of the host.</param>
    /// <param name="load">Asks for the file; is given the last one, and gives the one to keep, or how long the host is busy.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<(TFile? File, TimeSpan? Busy)> GetAsync(Uri url, Func<TFile?, Task<(TFile? File, TimeSpan? Busy)>> load, CancellationToken cancellationToken)
    {
        var host = _hosts.GetOrAdd(url.GetLeftPart(UriPartial.Authority).ToLowerInvariant(), static _ => new Host());
        host.LastAsked = time.GetTimestamp();
        var now = time.GetUtcNow();
        if (host.TryGet(now, out var file))
        {
            return (file, null);
        }

        // Many may wait for one request, so no single caller's token may cancel it.
        var loaded = await host.LoadAsync(now, last => LoadAsync(last, load)).WaitAsync(cancellationToken);
        Bound();
        return loaded;
    }

    private async Task<(TFile? File, TimeSpan? Busy)> LoadAsync(TFile? last, Func<TFile?, Task<(TFile? File, TimeSpan? Busy)>> load)
    {
        var loaded = await load(last);
        if (loaded.File is { } file)
        {
            Interlocked.Add(ref _size, file.Size - (last?.Size ?? 0));
        }

        return loaded;
    }

    private void Bound()
    {
        if (Interlocked.Read(ref _size) <= MaxSize && _hosts.Count <= MaxHosts)
        {
            return;
        }

        lock (_bound)
        {
            while (Interlocked.Read(ref _size) > MaxSize || _hosts.Count > MaxHosts)
            {
                foreach (var (key, _) in _hosts.OrderBy(host => host.Value.LastAsked).Take(1 + (_hosts.Count / 10)).ToList())
                {
                    _hosts.TryRemove(key, out _);
                }

                // Counted anew: what was being read for a host that went is not here.
                Interlocked.Exchange(ref _size, _hosts.Sum(host => (long)host.Value.Size));
            }
        }
    }

    private sealed class Host
    {
        private readonly Lock _lock = new();
        private TFile? _file;
        private Task<(TFile? File, TimeSpan? Busy)>? _loading;

        public long LastAsked { get; set; }

        public int Size => _file?.Size ?? 0;

        public bool TryGet(DateTimeOffset now, [NotNullWhen(true)] out TFile? file)
        {
            file = _file;
            return file is not null && now < file.Expires;
        }

        /// <summary>Joins the request that is under way, or starts one; none when one has just ended.</summary>
        public Task<(TFile? File, TimeSpan? Busy)> LoadAsync(DateTimeOffset now, Func<TFile?, Task<(TFile? File, TimeSpan? Busy)>> load)
        {
            lock (_lock)
            {
                return TryGet(now, out var file) ? Task.FromResult<(TFile?, TimeSpan?)>((file, null)) : _loading ??= RunAsync(load);
            }
        }

        private async Task<(TFile? File, TimeSpan? Busy)> RunAsync(Func<TFile?, Task<(TFile? File, TimeSpan? Busy)>> load)
        {
            // Not under the lock, and after _loading is set.
            await Task.Yield();
            try
            {
                var loaded = await load(_file);
                _file = loaded.File ?? _file;
                return loaded;
            }
            finally
            {
                lock (_lock)
                {
                    _loading = null;
                }
            }
        }
    }
}
