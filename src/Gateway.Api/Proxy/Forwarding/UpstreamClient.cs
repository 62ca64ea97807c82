using System.Collections.Concurrent;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>The client of an upstream: YARP's own, and beside it the connections of <see cref="DirectForwarder"/>.</summary>
/// <param name="client">YARP's own client.</param>
/// <param name="connectTimeout">The most that connecting may take.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class UpstreamClient(HttpMessageInvoker client, TimeSpan connectTimeout, TimeProvider clock) : HttpMessageInvoker(new Relay(client), disposeHandler: true)
{
    private readonly ConcurrentDictionary<string, DestinationPool?> _pools = new(StringComparer.Ordinal);

    /// <summary>The connections to a destination.</summary>
    /// <param name="destination">Its address.</param>
    /// <returns>Null when it takes more than HTTP/1.1 without TLS to speak to it.</returns>
    public DestinationPool? PoolOf(string destination) =>
        _pools.TryGetValue(destination, out var pool) ? pool : _pools.GetOrAdd(destination, static (address, client) => client.Open(address), this);

    private DestinationPool? Open(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri is { Query: "", Fragment: "", UserInfo: "" }
            ? new DestinationPool(uri, connectTimeout, clock)
            : null;

    private sealed class Relay(HttpMessageInvoker client) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => client.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                client.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
