using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace DataHub.Gateway.Api.Composition;

/// <summary>
/// Ends connections to the port of HTTP/2 without TLS that do not begin with text, such as a TLS handshake: the server
/// would wait for a line end that never comes until the connection is idle for too long. RFC 9113 §3.4.
/// </summary>
internal static class Http2Preface
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // As long as Kestrel waits for the fields of a request.

    /// <summary>Looks at the first byte of a connection and leaves it where it is.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="next">The server.</param>
    /// <param name="time">Where time comes from.</param>
    public static async Task CheckAsync(ConnectionContext connection, ConnectionDelegate next, TimeProvider time)
    {
        if (await BeginsAsTextAsync(connection.Transport.Input, time))
        {
            await next(connection);
        }
        else
        {
            connection.Abort(new ConnectionAbortedException("The connection did not begin as HTTP/2 does."));
        }
    }

    private static async Task<bool> BeginsAsTextAsync(PipeReader input, TimeProvider time)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var read = await input.ReadAsync(patience.Token);
            var begins = !read.Buffer.IsEmpty && char.IsAsciiLetterUpper((char)read.Buffer.FirstSpan[0]);
            input.AdvanceTo(read.Buffer.Start);
            return begins;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException) // Silent for too long, or reset.
        {
            return false;
        }
    }
}
