using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace DataHub.TestKit.Upstreams;

/// <summary>An upstream that does exactly what a test says with each connection: when it answers, in which pieces, and when it hangs up.</summary>
public sealed class ScriptedUpstream : LoopbackUpstream
{
    private readonly ConcurrentQueue<string> _requests = new();
    private int _connections;
    private int _ended;

    /// <summary>What happens on a connection; it is closed when the script ends. Set before the first request of a test.</summary>
    public Func<ScriptedConnection, Task> Script { get; set; } = _ => Task.CompletedTask;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections whose script has ended.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>The heads of all requests, in order of arrival.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    protected override async Task ServeAsync(NetworkStream stream, CancellationToken stopping)
    {
        try
        {
            await Script(new ScriptedConnection(stream, Interlocked.Increment(ref _connections), _requests, stopping));
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }
}

/// <summary>One connection to a <see cref="ScriptedUpstream"/>.</summary>
/// <param name="stream">The connection.</param>
/// <param name="number">Counts from 1.</param>
/// <param name="requests">Takes the heads.</param>
/// <param name="stopping">Ends every wait.</param>
public sealed class ScriptedConnection(NetworkStream stream, int number, ConcurrentQueue<string> requests, CancellationToken stopping)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private string _rest = "";

    /// <summary>Counts from 1.</summary>
    public int Number => number;

    public CancellationToken Stopping => stopping;

    /// <summary>The head of the next request; null when the other side has hung up.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        int end;
        while ((end = _rest.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            var read = await stream.ReadAsync(_buffer, stopping);
            if (read == 0)
            {
                return null;
            }

            _rest += Encoding.Latin1.GetString(_buffer, 0, read);
        }

        var head = _rest[..(end + 4)];
        _rest = _rest[(end + 4)..];
        requests.Enqueue(head);
        return head;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await stream.WriteAsync(bytes, stopping);

    /// <summary>Waits until the other side hangs up.</summary>
    public async Task UntilHungUpAsync()
    {
        while (await stream.ReadAsync(_buffer, stopping) > 0)
        {
        }
    }
}
