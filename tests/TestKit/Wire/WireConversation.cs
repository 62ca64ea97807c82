using System.Net.Sockets;
using System.Text;

namespace DataHub.TestKit.Wire;

/// <summary>What a server said on one connection until it closed it, or until it had been silent long enough.</summary>
/// <param name="Text">Every byte, Latin-1.</param>
/// <param name="Closed">True when the server closed the connection.</param>
public sealed record WireConversation(string Text, bool Closed)
{
    /// <summary>
    /// Sends exact bytes and reads until the server closes. One whole answer that does not announce a close is given
    /// <paramref name="silence"/> for another; with nothing answered the server has until <paramref name="deadline"/>.
    /// </summary>
    public static async Task<WireConversation> HoldAsync(string address, string bytes, bool endsThere, TimeSpan deadline, TimeSpan silence)
    {
        using var timeout = new CancellationTokenSource(deadline);
        var uri = new Uri(address);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(uri.Host, uri.Port, timeout.Token);
        var stream = client.GetStream();
        var text = new StringBuilder();
        try
        {
            await SendAsync(client, stream, bytes, endsThere, timeout.Token);
            return new WireConversation(text.ToString(), await ReadAsync(stream, text, silence, timeout.Token)) with { Text = text.ToString() };
        }
        catch (IOException)
        {
            return new WireConversation(text.ToString(), Closed: true);
        }
        catch (OperationCanceledException)
        {
            return new WireConversation(text.ToString(), Closed: false);
        }
    }

    private static async Task SendAsync(TcpClient client, NetworkStream stream, string bytes, bool endsThere, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), cancellationToken);
            if (endsThere)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Closed while sending: what it said before is still to be read.
        }
    }

    private static async Task<bool> ReadAsync(NetworkStream stream, StringBuilder text, TimeSpan silence, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var answered = WireAnswer.TryReadAll(text.ToString(), out var answers) && answers.Count > 0 && !answers[^1].Closes;
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (answered)
            {
                pause.CancelAfter(silence);
            }

            int read;
            try
            {
                read = await stream.ReadAsync(buffer, pause.Token);
            }
            catch (OperationCanceledException) when (answered)
            {
                return false;
            }

            if (read == 0)
            {
                return true;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }
}
