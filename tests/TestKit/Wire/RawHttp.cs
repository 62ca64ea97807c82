using System.Net.Sockets;
using System.Text;

namespace DataHub.TestKit.Wire;

/// <summary>Sends exact bytes to a server and reads what comes back, without a client library mending either.</summary>
public static class RawHttp
{
    /// <summary>Sends a request and reads until one whole answer is there or the server closes.</summary>
    public static async Task<RawAnswer> SendAsync(string address, string request, TimeSpan? deadline = null)
    {
        using var timeout = new CancellationTokenSource(deadline ?? TimeSpan.FromSeconds(10));
        var uri = new Uri(address);
        using var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port, timeout.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), timeout.Token);
        var text = new StringBuilder();
        var buffer = new byte[32 * 1024];
        var closed = false;
        while (!RawAnswer.IsWhole(text.ToString()))
        {
            var read = await stream.ReadAsync(buffer, timeout.Token);
            if (read == 0)
            {
                closed = true;
                break;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        if (!closed)
        {
            // One that says so may be slow to do it; of the others, those that close do so at once.
            var saysSo = string.Equals(new RawAnswer(text.ToString(), false).Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);
            closed = await ClosesSoonAsync(stream, buffer, saysSo ? TimeSpan.FromSeconds(5) : TimeSpan.FromMilliseconds(150));
        }

        return new RawAnswer(text.ToString(), closed);
    }

    private static async Task<bool> ClosesSoonAsync(NetworkStream stream, byte[] buffer, TimeSpan patience)
    {
        using var grace = new CancellationTokenSource(patience);
        try
        {
            return await stream.ReadAsync(buffer, grace.Token) == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}

/// <summary>An answer as it came over the wire.</summary>
public sealed record RawAnswer(string Text, bool ConnectionClosed)
{
    public int Status => int.Parse(Text.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    public string Body => Text[(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    public string? Header(string name) =>
        Text.Split("\r\n").Skip(1).TakeWhile(l => l.Length > 0).Select(l => l.Split(':', 2))
            .FirstOrDefault(p => p[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim();

    public static bool IsWhole(string text)
    {
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0)
        {
            return false;
        }

        var answer = new RawAnswer(text, false);
        if (answer.Header("Transfer-Encoding") is not null)
        {
            return text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        }

        return answer.Header("Content-Length") is not { } length
            ? answer.Status is 204 or 304 or (>= 100 and < 200)
            : text.Length >= head + 4 + int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
    }
}
