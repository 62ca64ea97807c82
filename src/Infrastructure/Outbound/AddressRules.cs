using System.Net;
using System.Net.Sockets;

namespace DataHub.Infrastructure.Outbound;

/// <summary>What an address is to a call from the gateway.</summary>
internal enum AddressKind
{
    /// <summary>Anywhere on the internet.</summary>
    Public,

    /// <summary>This machine or a network of the operator's.</summary>
    Private,

    /// <summary>Link-local, metadata services of clouds, and what is no address of one host.</summary>
    Forbidden,
}

/// <summary>Tells kinds of addresses apart (IANA special-purpose registries, RFC 6890).</summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] Forbidden =
    [
        .. Parse(
            "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24",
            "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
            "fd00:ec2::254/128", "fd20:ce::254/128", "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20"),
    ];

    private static readonly IPNetwork[] Private =
    [
        .. Parse(
            "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15",
            "::1/128", "fc00::/7", "fec0::/10"),
    ];

    // What is not in here and not private is link-local, multicast, translated, or not given out.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>The kind of an address; one that carries an IPv4 address inside is judged by that.</summary>
    /// <param name="address">The address.</param>
    public static AddressKind KindOf(IPAddress address)
    {
        if (Inner(address) is { } inner)
        {
            return KindOf(inner);
        }

        // A zone belongs to link-local addresses, and a network does not contain an address with one.
        var plain = address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
        return Array.Exists(Forbidden, network => network.Contains(plain)) ? AddressKind.Forbidden
            : Array.Exists(Private, network => network.Contains(plain)) ? AddressKind.Private
            : plain.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(plain) ? AddressKind.Public
            : AddressKind.Forbidden;
    }

    /// <summary>Whether it is IPv6 that stands for an IPv4 address: mapped, compatible or 6to4. NAT64, which networks without IPv4 put before every name, is not meant.</summary>
    /// <param name="address">The address.</param>
    public static bool StandsForIPv4(IPAddress address) => Inner(address) is not null && !IsNat64(address.GetAddressBytes());

    /// <summary>The IPv4 address inside: of IPv4-mapped and -compatible addresses, NAT64 (RFC 6052), 6to4 (RFC 3056). Null when there is none.</summary>
    /// <param name="address">The address.</param>
    public static IPAddress? Inner(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (address.IsIPv4MappedToIPv6 || (bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && BitConverter.ToUInt32(bytes, 12) is not 0 && !IPAddress.IsLoopback(address)))
        {
            return new IPAddress(bytes.AsSpan(12));
        }

        if (IsNat64(bytes))
        {
            return new IPAddress(bytes.AsSpan(12));
        }

        return bytes is [0x20, 0x02, ..] ? new IPAddress(bytes.AsSpan(2, 4)) : null;
    }

    private static bool IsNat64(byte[] bytes) => bytes.AsSpan(0, 12).SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]);

    private static IEnumerable<IPNetwork> Parse(params string[] networks) => networks.Select(n => IPNetwork.Parse(n));
}
