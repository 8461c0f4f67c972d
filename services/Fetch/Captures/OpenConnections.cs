using System.Net;
using System.Net.Sockets;

namespace Storyline.Fetch.Captures;

/// <summary>
/// Which addresses a host is connected to at this moment. HttpClient does not tell over which connection an answer came; when all that are
/// open lead to one address, it was that.
/// </summary>
internal sealed class OpenConnections
{
    private readonly Dictionary<(string Host, int Port), List<IPAddress>> _open = [];
    private readonly Lock _lock = new();

    /// <summary>The stream of a connected socket, known here until it is closed.</summary>
    public Stream Open(Socket socket, DnsEndPoint target)
    {
        var address = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var key = (target.Host, target.Port);
        lock (_lock)
        {
            if (!_open.TryGetValue(key, out var addresses))
            {
                _open[key] = addresses = [];
            }

            addresses.Add(address);
        }

        return new Connection(socket, () => Closed(key, address));
    }

    /// <summary>The address of a host; null when there are several, or none any more.</summary>
    public IPAddress? AddressOf(string host, int port)
    {
        lock (_lock)
        {
            return _open.TryGetValue((host, port), out var addresses) && addresses.TrueForAll(addresses[0].Equals) ? addresses[0] : null;
        }
    }

    private void Closed((string Host, int Port) key, IPAddress address)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(key, out var addresses) && addresses.Remove(address) && addresses.Count == 0)
            {
                _open.Remove(key);
            }
        }
    }

    private sealed class Connection(Socket socket, Action closed) : NetworkStream(socket, ownsSocket: true)
    {
        private Action? _closed = closed;

        protected override void Dispose(bool disposing)
        {
            Interlocked.Exchange(ref _closed, null)?.Invoke();
            base.Dispose(disposing);
        }
    }
}
