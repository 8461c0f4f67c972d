using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace Storyline.Fetch.Captures;

/// <summary>
/// Which addresses may be asked: those of the public internet (the IANA special-purpose registries say which are not; of IPv6 only global unicast, 2000::/3,
/// is in use). Addresses that carry an IPv4 address inside are judged by that one (mapped, NAT64), or refused (compatible, translated, 6to4, Teredo).
/// Ports: the web's own two and those that its servers are run on by people, from 1024 up, except where other protocols listen; a URL in a feed must not
/// make us knock on mail servers and databases.
/// </summary>
public static class AddressPolicy
{
    private static readonly IPNetwork[] Denied =
    [
        IPNetwork.Parse("0.0.0.0/8"),        // this network
        IPNetwork.Parse("10.0.0.0/8"),       // private
        IPNetwork.Parse("100.64.0.0/10"),    // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"),      // loopback
        IPNetwork.Parse("169.254.0.0/16"),   // link-local, metadata services of clouds
        IPNetwork.Parse("172.16.0.0/12"),    // private
        IPNetwork.Parse("192.0.0.0/24"),     // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"),     // documentation
        IPNetwork.Parse("192.88.99.0/24"),   // 6to4 relays, retired
        IPNetwork.Parse("192.168.0.0/16"),   // private
        IPNetwork.Parse("198.18.0.0/15"),    // benchmarking
        IPNetwork.Parse("198.51.100.0/24"),  // documentation
        IPNetwork.Parse("203.0.113.0/24"),   // documentation
        IPNetwork.Parse("224.0.0.0/4"),      // multicast
        IPNetwork.Parse("240.0.0.0/4"),      // reserved, broadcast
        IPNetwork.Parse("2001::/23"),        // protocol assignments, Teredo
        IPNetwork.Parse("2001:db8::/32"),    // documentation
        IPNetwork.Parse("2002::/16"),        // 6to4
        IPNetwork.Parse("3fff::/20"),        // documentation
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // The ports from 1024 up that the Fetch standard blocks, and those of databases, caches, brokers and consoles.
    private static readonly FrozenSet<int> OtherProtocols = FrozenSet.Create(
        1433, 1434, 1521, 1719, 1720, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5671, 5672, 5900, 5984, 5985, 5986, 6000, 6379, 6566, 6665,
        6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 9200, 9300, 10080, 10250, 10255, 11211, 15672, 27017, 27018, 50000);

    /// <summary>True for a port that the web uses.</summary>
    public static bool IsPortAllowed(int port) => port is 80 or 443 || (port >= 1024 && !OtherProtocols.Contains(port));

    /// <summary>True for an address on the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        else if (address.AddressFamily == AddressFamily.InterNetworkV6 && Nat64.Contains(Unscoped(address)))
        {
            address = new IPAddress(address.GetAddressBytes().AsSpan(12));
        }

        var plain = Unscoped(address);
        return (plain.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(plain)) && !Array.Exists(Denied, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    private static IPAddress Unscoped(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
}

/// <summary>The host or its port is one that may not be asked.</summary>
public sealed class AddressDeniedException(string reason) : Exception(reason);
