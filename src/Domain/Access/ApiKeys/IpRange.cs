using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DataHub.Domain.Access.ApiKeys;

/// <summary>An address or a network in CIDR notation, IPv4 or IPv6.</summary>
public sealed record IpRange
{
    private IpRange(IPNetwork network) => Network = network;

    /// <summary>The network; a single address is one of full length.</summary>
    public IPNetwork Network { get; }

    /// <summary>Reads a range.</summary>
    /// <param name="text">Such as <c>203.0.113.0/24</c>, <c>2001:db8::/32</c> or <c>203.0.113.9</c>.</param>
    /// <param name="range">The range, when null is returned.</param>
    /// <returns>Null, or what is wrong and what would mend it.</returns>
    public static string? TryParse(string? text, out IpRange? range)
    {
        range = null;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        var address = ParseAddress(slash < 0 ? text : text![..slash]);
        if (address is null)
        {
            return "Give an IPv4 or IPv6 address, or a network such as 203.0.113.0/24 or 2001:db8::/32.";
        }

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            return $"The length after '/' must be a number from 0 to {bits}.";
        }

        var start = Mask(address, length);
        if (!start.Equals(address))
        {
            return $"The network has bits set after its first {length}; did you mean {start}/{length}?";
        }

        range = new IpRange(new IPNetwork(start, length));
        return null;
    }

    /// <summary>The canonical form; a single address without its length.</summary>
    /// <returns>Text that <see cref="TryParse"/> reads.</returns>
    public override string ToString()
    {
        var bits = Network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return Network.PrefixLength == bits ? Network.BaseAddress.ToString() : Network.ToString();
    }

    private static IPAddress? ParseAddress(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal)
            || !IPAddress.TryParse(text, out var address))
        {
            return null;
        }

        // The parser also takes 1.2.3, 010.0.0.1 (octal) and 0x7f000001: whoever wrote that meant something else.
        if (address.AddressFamily == AddressFamily.InterNetwork && address.ToString() != text)
        {
            return null;
        }

        return address.IsIPv4MappedToIPv6 ? null : address;
    }

    private static IPAddress Mask(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var keep = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - keep));
        }

        return new IPAddress(bytes);
    }
}
