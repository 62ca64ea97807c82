using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace DataHub.Infrastructure.Outbound;

/// <summary>What came back.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The whole body, within the bound.</param>
internal readonly record struct OutboundAnswer(HttpStatusCode Status, byte[] Body);

/// <summary>A call did not bring a usable answer. The message holds no secret.</summary>
/// <param name="message">What happened.</param>
/// <param name="inner">What caused it; may be null.</param>
internal sealed class OutboundException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Calls configured addresses through the guard: one deadline for the whole exchange, a bound on the body, no redirects.</summary>
internal sealed class OutboundClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    /// <summary>A client for addresses that administrators configure.</summary>
    /// <param name="guard">The guard.</param>
    /// <param name="clock">Measures deadlines.</param>
    public OutboundClient(OutboundGuard guard, TimeProvider clock) : this(guard.CreateHandler(), clock)
    {
    }

    /// <summary>A client over a handler of a guard.</summary>
    /// <param name="handler">Disposed with the client.</param>
    /// <param name="clock">Measures deadlines.</param>
    public OutboundClient(HttpMessageHandler handler, TimeProvider clock) =>
        (_http, _clock) = (new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan }, clock);

    /// <summary>Sends a request and reads its answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeout">For everything: name, connection, TLS, head and body.</param>
    /// <param name="maxBytes">Most bytes of the body.</param>
    /// <exception cref="OutboundException">There was no answer, not in time, or too large a one.</exception>
    public async Task<OutboundAnswer> SendAsync(HttpRequestMessage request, TimeSpan timeout, int maxBytes)
    {
        using var deadline = new CancellationTokenSource(timeout, _clock);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if (response.Content.Headers.ContentLength > maxBytes)
            {
                throw new OutboundException($"the answer has more than {maxBytes} bytes");
            }

            await using var body = await response.Content.ReadAsStreamAsync(deadline.Token);
            return new OutboundAnswer(response.StatusCode, await ReadAsync(body, maxBytes, deadline.Token));
        }
        catch (OperationCanceledException e)
        {
            throw new OutboundException($"no answer within {timeout.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or AuthenticationException or InvalidOperationException)
        {
            throw new OutboundException(e.InnerException is OutboundRefusedException refused ? refused.Message : e.Message, e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<byte[]> ReadAsync(Stream body, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(maxBytes + 1, 16 * 1024)];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, maxBytes + 1));
            }

            var read = await body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;
            if (length > maxBytes)
            {
                throw new OutboundException($"the answer has more than {maxBytes} bytes");
            }
        }
    }
}
