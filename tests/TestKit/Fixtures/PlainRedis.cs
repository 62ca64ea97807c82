using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataHub.TestKit.Fixtures;

/// <summary>
/// Single commands to one Redis server by the plain protocol: for a cluster that is still being made, of which the client library would first
/// want to know all, and for lists, which the library reads by waiting on a thread of the pool.
/// </summary>
/// <remarks>Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ (RESP2). ASCII only.</remarks>
internal static class PlainRedis
{
    /// <summary>Sends one command and reads its whole reply.</summary>
    /// <returns>The reply's texts: one, or as many as the array has. A number is its digits, a null an empty text.</returns>
    /// <exception cref="InvalidOperationException">The server refused the command; the message has its words.</exception>
    public static async Task<IReadOnlyList<string>> AskAsync(int port, params object[] words)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = client.GetStream();
        var line = string.Join(' ', words.Select(w => Convert.ToString(w, CultureInfo.InvariantCulture)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var texts = new List<string>();
        for (var left = 1; left > 0; left--)
        {
            var head = await reader.ReadLineAsync() ?? throw new InvalidOperationException($"{line}: the server closed the connection.");
            switch (head[0])
            {
                case '*':
                    left += Number(head);
                    break;
                case '$':
                    texts.Add(await BulkAsync(reader, Number(head)));
                    break;
                case '-':
                    throw new InvalidOperationException($"{line}: {head}");
                default:
                    texts.Add(head[1..]);
                    break;
            }
        }

        return texts;
    }

    private static int Number(string head) => int.Parse(head.AsSpan(1), CultureInfo.InvariantCulture);

    private static async Task<string> BulkAsync(StreamReader reader, int length)
    {
        if (length < 0)
        {
            return "";
        }

        var text = new char[length + 2];
        return await reader.ReadBlockAsync(text) == text.Length ? new string(text, 0, length) : throw new InvalidOperationException("The reply ends too soon.");
    }
}
