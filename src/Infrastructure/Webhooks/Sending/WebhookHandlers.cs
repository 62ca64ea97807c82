using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>
/// Makes the HTTP handlers of webhooks: every address judged where it is connected to, no redirects, cookies, decompression, proxy or trace
/// headers, answers bounded, connections closed rather than drained.
/// </summary>
internal sealed class WebhookHandlers(OutboundConnector connector, WebhookCallRules rules, IOptions<SendingOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan LookUpTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PooledLifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PooledIdle = TimeSpan.FromSeconds(30);

    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<(string Host, int Port), IPAddress> _newest = new();
    private readonly ConcurrentDictionary<ConnectionTrace, string> _connecting = new();
    private readonly X509Certificate2Collection? _authorities = LoadAuthorities(options.Value.TrustedAuthorities);

    /// <summary>A handler.</summary>
    /// <param name="certificate">What the gateway shows for itself; null: nothing.</param>
    public SocketsHttpHandler Create(SslStreamCertificateContext? certificate = null) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PreAuthenticate = false,
        Credentials = null,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = LookUpTimeout + ConnectTimeout,
        PooledConnectionLifetime = PooledLifetime,
        PooledConnectionIdleTimeout = PooledIdle,
        MaxConnectionsPerServer = options.Value.MaxConnectionsPerHost,
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 0,
        ResponseDrainTimeout = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
        PlaintextStreamFilter = NoteTls,
        SslOptions = new SslClientAuthenticationOptions { ClientCertificateContext = certificate, CertificateChainPolicy = TrustPolicy() },
    };

    /// <summary>The address of the newest connection to a host: HTTP/2 has one for many requests, and does not tell which.</summary>
    /// <param name="uri">Where to.</param>
    /// <returns>Null when it is not known.</returns>
    public IPAddress? NewestAddressOf(Uri uri) => _newest.GetValueOrDefault((uri.IdnHost, uri.Port));

    /// <summary>Whether the name server was asked for a host and has not answered. One connection is made for many requests, which all wait for it.</summary>
    /// <param name="uri">Where to.</param>
    public bool IsLookingUp(Uri uri)
    {
        foreach (var (trace, host) in _connecting)
        {
            if (trace.LookingUp && string.Equals(host, uri.IdnHost, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var trace = (context.InitialRequestMessage as WebhookRequest)?.Trace.Connection ?? new ConnectionTrace();
        var secure = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var stream = await ConnectAsync(context.DnsEndPoint, secure, trace, cancellationToken);
        if (_newest.Count >= MaxRemembered)
        {
            _newest.Clear();
        }

        _newest[(context.DnsEndPoint.Host, context.DnsEndPoint.Port)] = trace.Address!;
        return new AddressedStream(stream, trace.Address!);
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool secure, ConnectionTrace trace, CancellationToken cancellationToken)
    {
        _connecting[trace] = target.Host;
        try
        {
            return await connector.ConnectAsync(target, secure, rules, LookUpTimeout, ConnectTimeout, trace, cancellationToken);
        }
        finally
        {
            _connecting.TryRemove(trace, out _);
        }
    }

    // Called when the connection can carry requests, which over TLS is the end of the handshake.
    private ValueTask<Stream> NoteTls(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        if (context.InitialRequestMessage is WebhookRequest { RequestUri.Scheme: "https", Trace: var trace })
        {
            trace.Tls = clock.GetElapsedTime(trace.Connection.ConnectedAt).TotalMilliseconds;
            trace.Address = trace.Connection.Address;
        }

        return new ValueTask<Stream>(context.PlaintextStream);
    }

    private X509ChainPolicy TrustPolicy()
    {
        var policy = CertificateTrust.WithoutDownloads();
        if (_authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_authorities);
        }

        return policy;
    }

    // A custom list replaces that of the system, which is therefore part of it.
    private static X509Certificate2Collection? LoadAuthorities(string file)
    {
        if (file.Length == 0)
        {
            return null;
        }

        var all = new X509Certificate2Collection();
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        all.AddRange(store.Certificates);
        all.ImportFromPemFile(file);
        return all;
    }
}
