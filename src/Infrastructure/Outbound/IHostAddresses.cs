using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DataHub.Infrastructure.Outbound;

/// <summary>Finds the addresses of names; a port, so that tests can change its answers.</summary>
internal interface IHostAddresses
{
    /// <summary>The addresses of a name, now.</summary>
    /// <param name="host">The name; no literal.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HostUnknownException">There are none, or nobody could be asked.</exception>
    ValueTask<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken);
}

/// <summary>A name has no address.</summary>
/// <param name="host">The name.</param>
/// <param name="resolverAway">True when it is not known whether it has one, since the name server does not answer: a fault of the gateway's side.</param>
/// <param name="inner">What caused it.</param>
internal sealed class HostUnknownException(string host, bool resolverAway, Exception? inner = null)
    : IOException(resolverAway ? $"The name server cannot be asked for '{host}'." : $"'{host}' has no address.", inner)
{
    /// <summary>True: a fault of the gateway's side.</summary>
    public bool ResolverAway => resolverAway;
}

/// <summary>
/// The system's resolver. Tells a name without an address from a name server that does not answer. The platform's own way blocks a thread of the
/// pool for each lookup, so that a few names whose servers never answer would hold up everything else: here lookups have threads of their own, and
/// those of one name that come at the same time share one.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="lookUp">Asks; null: the system.</param>
internal sealed class SystemHostAddresses(TimeProvider clock, Func<string, Task<IPAddress[]>>? lookUp = null) : IHostAddresses
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, Lazy<Task<IPAddress[]>>> _running = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, Task<IPAddress[]>> _lookUp = lookUp ?? LookUpAsync;
    private long _answeredAt = long.MinValue;

    public async ValueTask<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _running.GetOrAdd(host, h => new Lazy<Task<IPAddress[]>>(() => RunAsync(h))).Value.WaitAsync(cancellationToken);

            // Names of this machine are answered without a name server.
            if (!Array.TrueForAll(found, IPAddress.IsLoopback))
            {
                Volatile.Write(ref _answeredAt, clock.GetTimestamp());
            }

            return found.Length > 0 ? found : throw new HostUnknownException(host, resolverAway: false);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            Volatile.Write(ref _answeredAt, clock.GetTimestamp());
            throw new HostUnknownException(host, resolverAway: false, e);
        }
        catch (SocketException e)
        {
            // A name server that answered about other names a moment ago is not away: it is this name's own servers that fail.
            var answeredAt = Volatile.Read(ref _answeredAt);
            throw new HostUnknownException(host, answeredAt == long.MinValue || clock.GetElapsedTime(answeredAt) > Fresh, e);
        }
        catch (ArgumentException e)
        {
            throw new HostUnknownException(host, resolverAway: false, e);
        }
    }

    private async Task<IPAddress[]> RunAsync(string host)
    {
        try
        {
            return await _lookUp(host);
        }
        finally
        {
            _running.TryRemove(host, out _);
        }
    }

    private static Task<IPAddress[]> LookUpAsync(string host) =>
        Task.Factory.StartNew(() => Dns.GetHostAddresses(host), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
