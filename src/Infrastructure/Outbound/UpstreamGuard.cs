using System.Net;
using DataHub.Application.Routing.Contracts;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Outbound;

/// <summary>
/// For gateways whose routes are written by people who are not to reach the networks around it: link-local addresses and metadata services are
/// refused, private ones where those are refused for all outbound calls. Plain http is an upstream's own choice.
/// </summary>
internal sealed class UpstreamGuard(IOptions<OutboundOptions> options, OutboundConnector connector) : IUpstreamGuard, ICallRules
{
    // The handler of the upstream bounds the connection as a whole; this divides it among addresses.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public bool IsOn => options.Value.GuardUpstreams;

    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken) =>
        await connector.ConnectAsync(target, secure: false, this, ConnectTimeout, new ConnectionTrace(), cancellationToken);

    public IPAddress[] Choose(string host, int port, bool secure, IPAddress[] found) =>
        Array.TrueForAll(found, Allows) ? found : throw new OutboundRefusedException($"'{host}' has an address that may not be called.");

    private bool Allows(IPAddress address) => AddressRules.KindOf(address) switch
    {
        AddressKind.Public => true,
        AddressKind.Private => options.Value.AllowPrivate,
        _ => false,
    };
}
