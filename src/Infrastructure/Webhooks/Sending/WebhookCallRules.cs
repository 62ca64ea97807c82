using System.Collections.Frozen;
using System.Net;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>
/// Where webhooks may go, since strangers choose it: public addresses and the operator's own list of networks. A name is refused whole when
/// any of its addresses is, so that nobody smuggles one in beside others. One sentence for every refusal, so that it tells nothing of a network.
/// </summary>
internal sealed class WebhookCallRules(IOptions<SendingOptions> options) : ICallRules
{
    /// <summary>The sentence of every refusal.</summary>
    public const string Refusal = "The address of the endpoint may not be called.";

    // The ports that browsers do not call either (WHATWG Fetch, "port blocking"), and those of databases and brokers.
    private static readonly FrozenSet<int> OtherServices = FrozenSet.Create(
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161,
        179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
        5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 1433, 1521, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 6379, 9042, 9092, 9300, 11211, 27017);

    private readonly IPNetwork[] _allowed = [.. options.Value.AllowedNetworks.Select(n => IPNetwork.Parse(n))];
    private readonly FrozenSet<int> _ports = options.Value.AllowedPorts.ToFrozenSet();
    private readonly bool _allowHttp = options.Value.AllowHttp;

    public IPAddress[] Choose(string host, int port, bool secure, IPAddress[] found) =>
        (secure || _allowHttp) && AllowsPort(port) && found.Length > 0 && Array.TrueForAll(found, Allows) ? found : throw new OutboundRefusedException(Refusal);

    /// <summary>Whether an address may be called.</summary>
    /// <param name="address">The address.</param>
    public bool Allows(IPAddress address) => !AddressRules.StandsForIPv4(address) && AddressRules.KindOf(address) switch
    {
        AddressKind.Public => true,
        AddressKind.Private => IsListed(AddressRules.Inner(address) ?? address),
        _ => false,
    };

    private bool IsListed(IPAddress address) => address.ScopeIdOrZero() == 0 && Array.Exists(_allowed, network => network.Contains(address));

    private bool AllowsPort(int port) => port is > 0 and <= 65_535 && (_ports.Count > 0 ? _ports.Contains(port) : !OtherServices.Contains(port));
}

file static class AddressParts
{
    public static long ScopeIdOrZero(this IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
