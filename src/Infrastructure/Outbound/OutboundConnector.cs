using System.Net;
using System.Net.Sockets;

namespace DataHub.Infrastructure.Outbound;

/// <summary>Decides which of a name's addresses may be called.</summary>
internal interface ICallRules
{
    /// <summary>The addresses to try, in order.</summary>
    /// <param name="host">The name or literal.</param>
    /// <param name="port">The port.</param>
    /// <param name="secure">True for https.</param>
    /// <param name="found">All addresses of the name.</param>
    /// <exception cref="OutboundRefusedException">None may be called.</exception>
    IPAddress[] Choose(string host, int port, bool secure, IPAddress[] found);
}

/// <summary>What was measured of a connection while it was made.</summary>
internal sealed class ConnectionTrace
{
    private bool _lookingUp;

    /// <summary>Milliseconds of the name lookup; null for a literal.</summary>
    public double? Dns { get; set; }

    /// <summary>True while the name server has been asked and has not answered; it stays so when the wait for it ended.</summary>
    public bool LookingUp
    {
        get => Volatile.Read(ref _lookingUp);
        set => Volatile.Write(ref _lookingUp, value);
    }

    /// <summary>Milliseconds of the TCP connection; null when there is none.</summary>
    public double? Connect { get; set; }

    /// <summary>The address; null while there is no connection.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>Timestamp of the end of the TCP connection.</summary>
    public long ConnectedAt { get; set; }
}

/// <summary>
/// Connects: a name is resolved once, its addresses are judged, and one that was judged is connected to, so that a second answer of the name
/// server decides nothing.
/// </summary>
/// <param name="addresses">Finds the addresses of names.</param>
/// <param name="clock">Measures.</param>
internal sealed class OutboundConnector(IHostAddresses addresses, TimeProvider clock)
{
    // Of many addresses the first ones are tried; a name with hundreds must not hold an attempt up.
    private const int MostTried = 4;

    /// <summary>Connects to one of the addresses that the rules let through. The caller bounds all of it.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="secure">True for https.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="timeout">What is divided among the addresses.</param>
    /// <param name="trace">Takes the measures.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<NetworkStream> ConnectAsync(
        DnsEndPoint target, bool secure, ICallRules rules, TimeSpan timeout, ConnectionTrace trace, CancellationToken cancellationToken) =>
        await ConnectAsync(target, await FindAsync(target.Host, trace, cancellationToken), secure, rules, timeout, trace, cancellationToken);

    /// <summary>The same with times of its own for the name and for the connection, so that a silent name server is told from a silent endpoint.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="secure">True for https.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="lookUp">For the lookup of the name.</param>
    /// <param name="timeout">For all addresses together.</param>
    /// <param name="trace">Takes the measures.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HostUnknownException">There is no address, or the name server did not answer in its time.</exception>
    /// <exception cref="TimeoutException">No address answered in time.</exception>
    public async ValueTask<NetworkStream> ConnectAsync(
        DnsEndPoint target, bool secure, ICallRules rules, TimeSpan lookUp, TimeSpan timeout, ConnectionTrace trace, CancellationToken cancellationToken)
    {
        var found = await InTimeAsync(
            lookUp, token => FindAsync(target.Host, trace, token), e => new HostUnknownException(target.Host, resolverAway: true, e), cancellationToken);
        return await InTimeAsync(
            timeout, token => ConnectAsync(target, found, secure, rules, timeout, trace, token), e => new TimeoutException("No address answered in time.", e), cancellationToken);
    }

    private async ValueTask<T> InTimeAsync<T>(TimeSpan time, Func<CancellationToken, ValueTask<T>> work, Func<Exception, Exception> late, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(time, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw late(e);
        }
    }

    private async ValueTask<IPAddress[]> FindAsync(string host, ConnectionTrace trace, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        var start = clock.GetTimestamp();
        trace.LookingUp = true;
        try
        {
            var found = await addresses.FindAsync(host, cancellationToken);
            (trace.Dns, trace.LookingUp) = (clock.GetElapsedTime(start).TotalMilliseconds, false);
            return found;
        }
        catch (HostUnknownException)
        {
            trace.LookingUp = false;
            throw;
        }
    }

    private async ValueTask<NetworkStream> ConnectAsync(
        DnsEndPoint target, IPAddress[] found, bool secure, ICallRules rules, TimeSpan timeout, ConnectionTrace trace, CancellationToken cancellationToken)
    {
        var chosen = rules.Choose(target.Host, target.Port, secure, found);
        SocketException? reason = null;
        for (var i = 0; i < Math.Min(chosen.Length, MostTried); i++)
        {
            // The last one gets all the time that is left, which the caller bounds.
            var share = i == Math.Min(chosen.Length, MostTried) - 1 ? Timeout.InfiniteTimeSpan : timeout / (i + 2);
            var begun = clock.GetTimestamp();
            try
            {
                var stream = await ConnectAsync(new IPEndPoint(chosen[i], target.Port), share, cancellationToken);
                trace.ConnectedAt = clock.GetTimestamp();
                (trace.Address, trace.Connect) = (chosen[i], clock.GetElapsedTime(begun, trace.ConnectedAt).TotalMilliseconds);
                return stream;
            }
            catch (SocketException e)
            {
                // What the other side did says more than that this side has no way there.
                reason = reason is null || OwnFaults.Is(reason.SocketErrorCode) ? e : reason;
            }
        }

        throw reason!;
    }

    private async ValueTask<NetworkStream> ConnectAsync(IPEndPoint address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var share = timeout == Timeout.InfiniteTimeSpan ? null : new CancellationTokenSource(timeout, clock);
        using var both = share is null ? null : CancellationTokenSource.CreateLinkedTokenSource(share.Token, cancellationToken);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, both?.Token ?? cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Tells faults of this machine's side of a connection.</summary>
internal static class OwnFaults
{
    /// <summary>Whether an error says that this machine could not even try.</summary>
    /// <param name="error">The error.</param>
    public static bool Is(SocketError error) => error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.NetworkDown
        or SocketError.NetworkUnreachable or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.AccessDenied;
}
