using System.Net;
using System.Net.Security;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Outbound;

/// <summary>
/// Makes HTTP handlers that call allowed addresses only: for what administrators configure, such as identity providers. Webhooks have stricter
/// rules of their own. No redirects, no proxies, no cookies.
/// </summary>
/// <param name="options">What is allowed.</param>
/// <param name="connector">Connects; null: by the system's resolver.</param>
internal sealed class OutboundGuard(IOptions<OutboundOptions> options, OutboundConnector? connector = null) : ICallRules
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PooledLifetime = TimeSpan.FromMinutes(2);

    private readonly bool _allowPrivate = options.Value.AllowPrivate;
    private readonly OutboundConnector _connector = connector ?? new OutboundConnector(new SystemHostAddresses(TimeProvider.System), TimeProvider.System);

    /// <summary>A handler for calls to addresses that somebody configured.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = PooledLifetime,
        MaxResponseHeadersLength = 32,
        ConnectCallback = ConnectAsync,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = CertificateTrust.WithoutDownloads() },
    };

    /// <summary>Whether an address may be called.</summary>
    /// <param name="address">The address.</param>
    /// <param name="secure">True for https; plain http is for loopback and private addresses only.</param>
    public bool Allows(IPAddress address, bool secure) => AddressRules.KindOf(address) switch
    {
        AddressKind.Public => secure,
        AddressKind.Private => _allowPrivate,
        _ => false,
    };

    public IPAddress[] Choose(string host, int port, bool secure, IPAddress[] found) =>
        Array.FindAll(found, address => Allows(address, secure)) is { Length: > 0 } allowed
            ? allowed
            : throw new OutboundRefusedException($"'{host}' has no address that may be called{(secure ? "" : " without TLS")}.");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        await _connector.ConnectAsync(
            context.DnsEndPoint,
            context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps,
            this,
            ConnectTimeout,
            new ConnectionTrace(),
            cancellationToken);
}

/// <summary>A call was not made because of where it would have gone.</summary>
/// <param name="message">Where, and why not.</param>
internal sealed class OutboundRefusedException(string message) : IOException(message);
