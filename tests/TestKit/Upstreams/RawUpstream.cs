using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace DataHub.TestKit.Upstreams;

/// <summary>An upstream that keeps the exact bytes of every request it gets, and answers what it is told to.</summary>
public sealed class RawUpstream : LoopbackUpstream
{
    public const string DefaultAnswer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<StringBuilder> _connections = new();

    /// <summary>The whole answer, head and body.</summary>
    public string Answer { get; set; } = DefaultAnswer;

    /// <summary>Makes the answer from the request instead; null for <see cref="Answer"/>.</summary>
    public Func<string, string>? AnswerTo { get; set; }

    /// <summary>Every byte that came since <see cref="Forget"/>, by connection, Latin-1; unfinished requests too.</summary>
    public IReadOnlyList<string> Connections => [.. _connections.Select(Text).Where(t => t.Length > 0)];

    /// <summary>The heads (and any body that came with them) in order of arrival, Latin-1.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public string LastRequest => _requests.Last();

    public void Forget()
    {
        _requests.Clear();
        foreach (var connection in _connections)
        {
            lock (connection)
            {
                connection.Clear();
            }
        }
    }

    /// <summary>The values of a header in the last request, by exact lower-case name.</summary>
    public IReadOnlyList<string> HeaderOfLast(string name) =>
        [.. LastRequest.Split("\r\n").Skip(1).TakeWhile(l => l.Length > 0)
            .Select(l => l.Split(':', 2)).Where(p => p[0].Equals(name, StringComparison.OrdinalIgnoreCase)).Select(p => p[1].Trim())];

    public string RequestLineOfLast => LastRequest.Split("\r\n")[0];

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken stopping)
    {
        var buffer = new byte[64 * 1024];
        var text = "";
        var all = new StringBuilder();
        _connections.Enqueue(all);
        while (!stopping.IsCancellationRequested)
        {
            var read = await stream.ReadAsync(buffer, stopping);
            if (read == 0)
            {
                return;
            }

            var part = Encoding.Latin1.GetString(buffer, 0, read);
            lock (all)
            {
                all.Append(part);
            }

            text += part;
            if (IsWhole(text))
            {
                _requests.Enqueue(text);
                var answer = AnswerTo?.Invoke(text) ?? Answer;
                text = "";
                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stopping);
                if (answer.Contains("Connection: close", StringComparison.Ordinal))
                {
                    return;
                }
            }
        }
    }

    private static string Text(StringBuilder connection)
    {
        lock (connection)
        {
            return connection.ToString();
        }
    }

    private static bool IsWhole(string text)
    {
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0)
        {
            return false;
        }

        var lines = text[..head].Split("\r\n");
        if (Array.Exists(lines, l => l.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase)))
        {
            return text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        }

        var length = Array.Find(lines, l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return length is null || text.Length >= head + 4 + int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
