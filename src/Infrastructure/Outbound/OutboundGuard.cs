using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Outbound;

/// <summary>
/// Makes HTTP handlers that call allowed addresses only. A name is resolved once, its addresses are checked, and the one that was checked
/// is connected to: a second answer of the name server decides nothing. No redirects, no proxies, no cookies.
/// </summary>
internal sealed class OutboundGuard(IOptions<OutboundOptions> options)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PooledLifetime = TimeSpan.FromMinutes(2);

    private readonly bool _allowPrivate = options.Value.AllowPrivate;

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

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var secure = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = Array.FindAll(found, address => Allows(address, secure));
        if (allowed.Length == 0)
        {
            throw new OutboundRefusedException($"'{host}' has no address that may be called{(secure ? "" : " without TLS")}.");
        }

        SocketException? last = null;
        foreach (var address in allowed)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last!;
    }
}

/// <summary>A call was not made because of where it would have gone.</summary>
/// <param name="message">Where, and why not.</param>
internal sealed class OutboundRefusedException(string message) : IOException(message);
