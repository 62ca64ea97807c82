using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace DataHub.TestKit.Fixtures;

/// <summary>
/// Stands between a node and its PostgreSQL and can take its notifications away: the connections that listen are cut, and whoever asks to listen
/// afterwards hears nothing any more. Everything else goes on.
/// </summary>
public sealed class DatabaseWire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Conversation, bool> _conversations = new();
    private readonly NpgsqlConnectionStringBuilder _target;
    private readonly Task _accepting;
    private volatile bool _silent;
    private int _swallowed;

    /// <param name="connectionString">The server behind it.</param>
    public DatabaseWire(string connectionString)
    {
        _target = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Leads through here. Without TLS, so that statements can be seen.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(_target.ConnectionString) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable }.ConnectionString;

    /// <summary>How many connections listen and are heard.</summary>
    public int Listening => _conversations.Keys.Count(c => c.Listens);

    /// <summary>How many tried to listen since the notifications were taken away.</summary>
    public int Swallowed => Volatile.Read(ref _swallowed);

    /// <summary>Takes the notifications away for good.</summary>
    public void CutListening()
    {
        _silent = true;
        foreach (var conversation in _conversations.Keys.Where(c => c.Listens))
        {
            conversation.Cut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var conversation in _conversations.Keys)
        {
            conversation.Cut();
        }

        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var server = new TcpClient();
                await server.ConnectAsync(_target.Host!, _target.Port, _stop.Token);
                var conversation = new Conversation(client, server);
                _conversations[conversation] = true;
                _ = CarryAsync(conversation);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(Conversation conversation)
    {
        await Task.WhenAny(conversation.CarryBackAsync(_stop.Token), conversation.CarryThereAsync(Passes, _stop.Token));
        conversation.Cut();
        _conversations.TryRemove(conversation, out _);
    }

    // Statements are short and come in one piece.
    private bool Passes(Conversation conversation, ReadOnlySpan<byte> sent)
    {
        if (sent.IndexOf("LISTEN "u8) < 0 || sent.IndexOf("UNLISTEN "u8) >= 0)
        {
            return true;
        }

        if (_silent)
        {
            Interlocked.Increment(ref _swallowed);
            return false;
        }

        conversation.Listens = true;
        return true;
    }

    private sealed class Conversation(TcpClient client, TcpClient server)
    {
        public bool Listens { get; set; }

        public void Cut()
        {
            client.Dispose();
            server.Dispose();
        }

        public Task CarryBackAsync(CancellationToken cancellationToken) => CarryAsync(server, client, static (_, _) => true, cancellationToken);

        public Task CarryThereAsync(PassRule passes, CancellationToken cancellationToken) => CarryAsync(client, server, passes, cancellationToken);

        private async Task CarryAsync(TcpClient from, TcpClient to, PassRule passes, CancellationToken cancellationToken)
        {
            var buffer = new byte[64 * 1024];
            var passing = true;
            try
            {
                for (int read; (read = await from.GetStream().ReadAsync(buffer, cancellationToken)) > 0;)
                {
                    // What is swallowed once stays swallowed: the connection is a hole from then on.
                    passing = passing && passes(this, buffer.AsSpan(0, read));
                    if (passing)
                    {
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                // One of the two is gone.
            }
        }
    }

    private delegate bool PassRule(Conversation conversation, ReadOnlySpan<byte> sent);
}
