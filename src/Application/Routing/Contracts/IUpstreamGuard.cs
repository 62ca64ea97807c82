using System.Net;

namespace DataHub.Application.Routing.Contracts;

/// <summary>Connects to upstreams under the rules of outbound calls, where the operator wants that. Implemented by the infrastructure.</summary>
public interface IUpstreamGuard
{
    /// <summary>False: upstreams are called wherever they are, which is the default.</summary>
    bool IsOn { get; }

    /// <summary>Connects to an address of a host that may be called.</summary>
    /// <param name="target">The host and port.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">None of its addresses may be called.</exception>
    ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken);
}
