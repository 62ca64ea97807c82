using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>
/// The wire between one node and PostgreSQL. It can be cut, for good, at a statement: before the server gets it, or after the server has done it and before the
/// node learns of it. To everybody else the node is then as dead as after kill -9: its transactions end with its connections.
/// </summary>
internal sealed class DatabaseLink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _sockets = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private string[] _trap = [];
    private bool _afterwards;

    public DatabaseLink(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        var mine = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port, MaxPoolSize = 20, Timeout = 2 };
        DataSource = NpgsqlDataSource.Create(mine.ConnectionString);
        _ = AcceptAsync();
    }

    public NpgsqlDataSource DataSource { get; }

    public bool IsCut { get; private set; }

    /// <summary>Fires when the test ends.</summary>
    public CancellationToken Ended => _end.Token;

    /// <summary>Cuts the link when these texts have come by, one after the other, on one connection.</summary>
    public void CutAt(bool afterwards, params string[] texts) => (_afterwards, _trap) = (afterwards, texts);

    public void Cut()
    {
        lock (_gate)
        {
            IsCut = true;
            _sockets.ForEach(s => s.Dispose());
            _sockets.Clear();
        }
    }

    /// <summary>Lets whoever hangs on it go on, so that it can be stopped.</summary>
    public void Mend()
    {
        _trap = [];
        IsCut = false;
        _end.Cancel();
    }

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
        DataSource.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var node = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                await server.ConnectAsync(_server.Host!, _server.Port);
                lock (_gate)
                {
                    _sockets.AddRange([node, server]);
                }

                if (IsCut)
                {
                    Cut();
                    continue;
                }

                var trapped = new Progress();
                _ = PumpAsync(node, server, chunk => Judge(chunk, trapped));
                _ = PumpAsync(server, node, chunk => trapped.Sprung ? Verdict(chunk) : Flow.Pass);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test ends.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, Flow> judge)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var length)
            {
                switch (judge(buffer.AsMemory(0, length)))
                {
                    case Flow.Cut:
                        Cut();
                        return;
                    case Flow.Pass:
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, length));
                        break;
                    case Flow.Swallow:
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was cut.
        }

        to.Dispose();
        from.Dispose();
    }

    private Flow Judge(ReadOnlyMemory<byte> chunk, Progress state)
    {
        var trap = _trap;
        var text = state.Tail + Encoding.Latin1.GetString(chunk.Span);
        while (state.Seen < trap.Length && text.IndexOf(trap[state.Seen], StringComparison.Ordinal) is >= 0 and var place)
        {
            text = text[(place + trap[state.Seen].Length)..];
            state.Seen++;
        }

        state.Tail = text.Length > 200 ? text[^200..] : text;
        if (trap.Length == 0 || state.Seen < trap.Length)
        {
            return Flow.Pass;
        }

        state.Sprung = _afterwards;
        return _afterwards ? Flow.Pass : Flow.Cut;
    }

    // The server has done all it was asked for when it says that it is ready for the next.
    private static Flow Verdict(ReadOnlyMemory<byte> chunk) => chunk.Length >= 6 && chunk.Span[^6..^1].SequenceEqual("Z\0\0\0\u0005"u8) ? Flow.Cut : Flow.Swallow;

    private enum Flow
    {
        Pass,
        Swallow,
        Cut,
    }

    private sealed class Progress
    {
        public string Tail { get; set; } = "";

        public int Seen { get; set; }

        public bool Sprung { get; set; }
    }
}
