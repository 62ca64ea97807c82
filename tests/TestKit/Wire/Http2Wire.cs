using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DataHub.TestKit.Wire;

/// <summary>Frames of HTTP/2 (RFC 9113 §4) written by hand, so that they can be wrong, and a reader of what a server says to stream 1.</summary>
public static class Http2Wire
{
    public const byte Data = 0x0;
    public const byte HeadersType = 0x1;
    public const byte EndStream = 0x1;
    public const byte EndHeaders = 0x4;

    private const byte ResetStream = 0x3;
    private const byte Settings = 0x4;
    private const byte GoAway = 0x7;

    /// <summary>What a client begins with.</summary>
    public static byte[] Preface { get; } = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])];

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    /// <summary>The fields of a request on stream 1, each as a literal that is not indexed (RFC 7541 §6.2.2), Latin-1.</summary>
    public static byte[] Headers(IEnumerable<(string Name, string Value)> fields, bool endStream = true, int stream = 1) =>
        Frame(HeadersType, (byte)(EndHeaders | (endStream ? EndStream : 0)), stream, Block(fields));

    public static byte[] Block(IEnumerable<(string Name, string Value)> fields) =>
        [.. fields.SelectMany(f => (byte[])[0, .. Text(f.Name), .. Text(f.Value)])];

    /// <summary>Sends bytes and says what came of stream 1: a status, <c>reset</c>, <c>goaway</c>, <c>closed</c>, or <c>nothing</c> at the deadline.</summary>
    public static async Task<string> OutcomeAsync(int port, byte[] bytes, TimeSpan deadline)
    {
        using var timeout = new CancellationTokenSource(deadline);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port, timeout.Token);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(bytes, timeout.Token);
            var head = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(head, timeout.Token);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
                await stream.ReadExactlyAsync(payload, timeout.Token);
                var id = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5));
                if (head[3] == GoAway || (id == 1 && head[3] is ResetStream or HeadersType))
                {
                    return head[3] == GoAway ? "goaway" : head[3] == ResetStream ? "reset" : StatusOf(payload);
                }
            }
        }
        catch (IOException)
        {
            return "closed";
        }
        catch (OperationCanceledException)
        {
            return "nothing";
        }
    }

    // The status comes first: from the static table, or as a literal of three digits.
    private static string StatusOf(byte[] block)
    {
        var at = 0;
        while ((block[at] & 0xE0) == 0x20)
        {
            at += block[at] == 0x3F ? 2 : 1; // A new size of the dynamic table.
            while ((block[at - 1] & 0x80) != 0)
            {
                at++;
            }
        }

        return block[at] switch
        {
            0x88 => "200",
            0x89 => "204",
            0x8C => "400",
            0x8D => "404",
            0x8E => "500",
            _ => int.Parse(Encoding.ASCII.GetString(block, at + 2, 3), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        };
    }

    // A length of seven bits that goes on in groups of seven (RFC 7541 §5.1), then the bytes.
    private static byte[] Text(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 127)
        {
            return [(byte)bytes.Length, .. bytes];
        }

        var length = new List<byte> { 127 };
        var rest = bytes.Length - 127;
        for (; rest >= 128; rest >>= 7)
        {
            length.Add((byte)(rest | 0x80));
        }

        return [.. length, (byte)rest, .. bytes];
    }
}
