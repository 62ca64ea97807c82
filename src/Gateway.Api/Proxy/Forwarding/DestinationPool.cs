using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>The connections to one destination over HTTP/1.1 without TLS. The one that was used last is used first; idle ones are closed after a minute.</summary>
internal sealed class DestinationPool
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(1);

    // Time-outs are whole seconds: a quarter is sharp enough, and one timer serves all connections.
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly List<UpstreamConnection> _idle = [];
    private readonly HashSet<UpstreamConnection> _open = [];
    private readonly DnsEndPoint _target;
    private readonly TimeSpan _connectTimeout;
    private readonly TimeProvider _clock;
    private readonly byte[] _beforeFields;
    private ITimer? _sweeper;

    /// <summary>Makes a pool without connections.</summary>
    /// <param name="destination">The destination, <c>http</c> only.</param>
    /// <param name="connectTimeout">The most that connecting may take, resolving the name included.</param>
    /// <param name="clock">Tells the time.</param>
    public DestinationPool(Uri destination, TimeSpan connectTimeout, TimeProvider clock)
    {
        _target = new DnsEndPoint(destination.IdnHost, destination.Port);
        _connectTimeout = connectTimeout;
        _clock = clock;
        var host = destination.HostNameType == UriHostNameType.IPv6 ? destination.Host : destination.IdnHost;
        Base = destination.AbsolutePath is [.. var path, '/'] ? path : destination.AbsolutePath;
        _beforeFields = Encoding.ASCII.GetBytes($" HTTP/1.1\r\nHost: {(destination.IsDefaultPort ? host : $"{host}:{destination.Port}")}\r\n");
    }

    /// <summary>What stands before every path; empty for none.</summary>
    public string Base { get; }

    /// <summary>The rest of the request line, and the field <c>Host</c>.</summary>
    public ReadOnlySpan<byte> BeforeFields => _beforeFields;

    /// <summary>Takes an idle connection that the upstream has not closed.</summary>
    /// <returns>A connection that has begun to read; null for none.</returns>
    public UpstreamConnection? TakeIdle()
    {
        while (true)
        {
            UpstreamConnection connection;
            lock (_gate)
            {
                if (_idle.Count == 0)
                {
                    return null;
                }

                connection = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }

            if (connection.TryBegin())
            {
                return connection;
            }

            Drop(connection);
        }
    }

    /// <summary>Connects.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>A connection that has begun to read.</returns>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="SocketException">The destination cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">The attempt was ended.</exception>
    public async Task<UpstreamConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_connectTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await OpenAsync(socket, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("The destination did not take the connection in time.");
        }

        var connection = new UpstreamConnection(socket, _clock);
        lock (_gate)
        {
            _open.Add(connection);
            _sweeper ??= StartSweeper();
        }

        if (!connection.TryBegin())
        {
            // It has hung up, or speaks before it is asked, as some do to say that they are busy: the exchange will tell.
            connection.Abandon();
        }

        return connection;
    }

    // The system's name service hears no token: who waits for it is let go, and what comes later is thrown away.
    private async Task OpenAsync(Socket socket, CancellationToken cancellationToken)
    {
        var connecting = socket.ConnectAsync(_target, cancellationToken).AsTask();
        try
        {
            await connecting.WaitAsync(cancellationToken);
        }
        catch (Exception)
        {
            socket.Dispose();
            _ = connecting.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

            // Not on the thread that cancels, which is the timer's or a socket's.
            await Task.Yield();
            throw;
        }
    }

    /// <summary>Gives a connection back after an exchange.</summary>
    /// <param name="connection">The connection; nothing waits for it.</param>
    public void Return(UpstreamConnection connection)
    {
        if (!connection.TryEnd())
        {
            Drop(connection);
            return;
        }

        lock (_gate)
        {
            _idle.Add(connection);
        }
    }

    /// <summary>Closes a connection that was taken.</summary>
    /// <param name="connection">The connection.</param>
    public void Drop(UpstreamConnection connection)
    {
        connection.Close();
        lock (_gate)
        {
            _open.Remove(connection);
        }
    }

    private ITimer StartSweeper()
    {
        // It outlives the request that happens to start it.
        using (ExecutionContext.SuppressFlow())
        {
            return _clock.CreateTimer(static pool => ((DestinationPool)pool!).Sweep(), this, SweepPeriod, SweepPeriod);
        }
    }

    private void Sweep()
    {
        var now = _clock.GetTimestamp();
        List<UpstreamConnection>? closing = null;
        lock (_gate)
        {
            // The longest idle come first.
            var stale = 0;
            while (stale < _idle.Count && _clock.GetElapsedTime(_idle[stale].IdleSince, now) >= IdleLimit)
            {
                (closing ??= []).Add(_idle[stale]);
                _open.Remove(_idle[stale++]);
            }

            _idle.RemoveRange(0, stale);
            foreach (var connection in _open)
            {
                if (connection.IsOverdue(now))
                {
                    (closing ??= []).Add(connection);
                }
            }

            if (_open.Count == 0)
            {
                _sweeper?.Dispose();
                _sweeper = null;
            }
        }

        // Who waits for one that is overdue drops it, and may do so at once.
        closing?.ForEach(connection => connection.Close());
    }
}
