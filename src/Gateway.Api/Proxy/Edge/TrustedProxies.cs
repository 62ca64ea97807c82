using System.Buffers.Binary;
using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Decides whose <c>X-Forwarded-For</c> is believed, and which address a request comes from.</summary>
internal sealed class TrustedProxies
{
    private readonly IPNetwork[] _networks;

    /// <summary>Reads the networks.</summary>
    /// <param name="options">The edge options; validated before.</param>
    public TrustedProxies(IOptions<EdgeOptions> options) => _networks = [.. Parse(options.Value.TrustedProxies)];

    /// <summary>Reads a comma-separated list of addresses and networks.</summary>
    /// <param name="list">The list.</param>
    /// <exception cref="FormatException">One of them is neither; the message names it.</exception>
    public static IEnumerable<IPNetwork> Parse(string list)
    {
        foreach (var item in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(item, out var address))
            {
                yield return new IPNetwork(address, address.GetAddressBytes().Length * 8);
            }
            else if (IPNetwork.TryParse(item, out var network))
            {
                yield return network;
            }
            else
            {
                throw new FormatException($"'{item}' is neither an address nor a network such as 10.0.0.0/8.");
            }
        }
    }

    /// <summary>Whether an address belongs to a trusted proxy.</summary>
    /// <param name="address">The address; IPv4-mapped ones count as IPv4.</param>
    public bool Contains(IPAddress address)
    {
        if (_networks.Length == 0)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The caller's address: from the right of <c>X-Forwarded-For</c>, the first that is not a trusted proxy. What stands further left
    /// was written by that caller and proves nothing.
    /// </summary>
    /// <param name="peer">The trusted peer.</param>
    /// <param name="forwardedFor">All fields of the header.</param>
    public IPAddress ClientBehind(IPAddress peer, StringValues forwardedFor)
    {
        var client = peer;
        for (var i = forwardedFor.Count - 1; i >= 0; i--)
        {
            var items = (forwardedFor[i] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            for (var j = items.Length - 1; j >= 0; j--)
            {
                if (!TryParseNode(items[j], out var address))
                {
                    return client;
                }

                client = address;
                if (!Contains(address))
                {
                    return client;
                }
            }
        }

        return client;
    }

    /// <summary>The address as limits count it: an IPv4 address as such, an IPv6 one by its /64, which is one site.</summary>
    /// <param name="address">The caller's address.</param>
    public static UInt128 ToSubject(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var written))
        {
            return default;
        }

        if (written == 4)
        {
            return new UInt128(0, 0xFFFF_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(bytes));
        }

        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return address.IsIPv4MappedToIPv6 ? value : value >> 64 << 64;
    }

    // A node may carry a port (RFC 7239 §6): 192.0.2.1:4711 or [2001:db8::1]:4711.
    private static bool TryParseNode(string text, out IPAddress address)
    {
        if (IPAddress.TryParse(text, out address!))
        {
            return true;
        }

        if (IPEndPoint.TryParse(text, out var endPoint))
        {
            address = endPoint.Address;
            return true;
        }

        return false;
    }
}
