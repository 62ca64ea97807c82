using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>A receiver of bare sockets that does what a test says, however rude.</summary>
internal sealed class RawReceiver : IAsyncDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Call, Task> _answer;
    private readonly Task _accepting;
    private int _connections;

    public RawReceiver(Func<Call, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public RawReceiver(string answer = Ok) : this(call => call.WriteAsync(answer))
    {
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"http://127.0.0.1:{Port}/hook";

    public int Connections => Volatile.Read(ref _connections);

    public ConcurrentQueue<Received> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        Interlocked.Increment(ref _connections);
        var call = new Call(client, _stop.Token);
        try
        {
            while (await ReadAsync(call.Stream) is { } request)
            {
                Requests.Enqueue(request);
                call.Request = request;
                await _answer(call);
                if (call.Closes)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task<Received?> ReadAsync(NetworkStream stream)
    {
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
            {
                return null;
            }

            all.Write(buffer, 0, read);
            var bytes = all.ToArray();
            var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                continue;
            }

            var head = Encoding.Latin1.GetString(bytes, 0, end);
            var length = int.Parse(new Received(head, []).Header("content-length") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            if (bytes.Length >= end + 4 + length)
            {
                return new Received(head, bytes[(end + 4)..(end + 4 + length)]);
            }
        }
    }

    /// <summary>One request on its connection.</summary>
    internal sealed class Call(TcpClient client, CancellationToken stop)
    {
        public NetworkStream Stream { get; } = client.GetStream();

        public CancellationToken Stop => stop;

        public Received Request { get; set; } = new("", []);

        public bool Closes { get; set; }

        public async Task WriteAsync(string text) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(text), stop);

        public void Reset()
        {
            client.Client.LingerState = new LingerOption(true, 0);
            client.Close();
            Closes = true;
        }
    }
}

/// <summary>A request as it came.</summary>
internal sealed record Received(string Head, byte[] Body)
{
    public string RequestLine => Head.Split("\r\n")[0];

    public IReadOnlyList<string> Names => [.. Head.Split("\r\n").Skip(1).Select(l => l.Split(':')[0].ToLowerInvariant())];

    public string? Header(string name) => Head.Split("\r\n").Skip(1).Select(l => l.Split(':', 2)).FirstOrDefault(p => p[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim();
}
