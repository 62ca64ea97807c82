using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>
/// A connection to a destination. It carries one exchange at a time and belongs to whoever took it from its pool; only <see cref="Close"/> and
/// <see cref="IsOverdue"/> may be called by others.
/// </summary>
/// <param name="socket">The connected socket.</param>
/// <param name="clock">Tells the time of the activity time-out.</param>
internal sealed class UpstreamConnection(Socket socket, TimeProvider clock)
{
    private const int UsualLength = 8192;

    // What the platform's client takes.
    private const int LargestHead = 64 * 1024;

    // Holds more than the largest head, so that one that grows too large is seen.
    private const int LargestRead = 2 * LargestHead;

    // Exchanges after which a connection counts as busy.
    private const int InlineAfter = 32;

    private const long Never = long.MaxValue;
    private const long Overdue = -1;

    private byte[] _received = new byte[UsualLength];
    private int _start;
    private int _end;
    private long _deadline = Never;
    private volatile bool _closed;
    private bool _timedOut;
    private ValueTask<int> _reading;
    private bool _isReading;
    private bool _filled;
    private bool _abandoned;
    private int _exchanges;

    /// <summary>The head of the request.</summary>
    public HeadWriter Request { get; } = new();

    /// <summary>The head of the response.</summary>
    public ResponseHead Response { get; } = new();

    /// <summary>True when the activity time-out has closed the connection.</summary>
    public bool TimedOut => _timedOut || Volatile.Read(ref _deadline) == Overdue;

    /// <summary>True once anything of the response has come.</summary>
    public bool Answered { get; private set; }

    /// <summary>Timestamp of the injected clock at which it became idle.</summary>
    public long IdleSince { get; private set; }

    /// <summary>What has come and was not taken yet.</summary>
    public ReadOnlyMemory<byte> Received => _received.AsMemory(_start, _end - _start);

    /// <summary>Begins to read ahead: whether the upstream has closed the connection, or sent what nobody asked for, shows before the request goes out.</summary>
    /// <returns>True when the connection can be used.</returns>
    public bool TryBegin()
    {
        Answered = false;
        _start = 0;
        _end = 0;
        try
        {
#pragma warning disable CA2012 // Awaited once, in ReceiveAsync, after the request has gone out.
            _reading = socket.ReceiveAsync(_received.AsMemory(), SocketFlags.None);
#pragma warning restore CA2012
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        _isReading = true;
        return !_reading.IsCompleted;
    }

    /// <summary>Sends the head of the request.</summary>
    /// <exception cref="SocketException">The connection is lost.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public async ValueTask SendHeadAsync()
    {
        for (var rest = Request.Written; rest.Length > 0;)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
        }
    }

    /// <summary>Reads the head of the final response; interim ones are passed over (RFC 9110 §15.2).</summary>
    /// <exception cref="HttpRequestException">The response is not valid, or the connection ended before it came.</exception>
    /// <exception cref="SocketException">The connection is lost.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadHeadAsync()
    {
        var scanned = 0;
        for (var passed = 0; ;)
        {
            // An end may lie across what was seen before and what is new.
            var from = Math.Max(0, scanned - 2);
            var length = ResponseHead.LengthOf(Received.Span[from..]);
            if (length < 0)
            {
                scanned = Received.Length;
                if (scanned + passed >= LargestHead)
                {
                    throw InvalidResponse.Because($"The head of the response is longer than {LargestHead} bytes.");
                }

                if (await ReceiveAsync() == 0)
                {
                    throw new HttpRequestException(HttpRequestError.ResponseEnded, "The upstream closed the connection before it had answered.");
                }

                continue;
            }

            Response.Read(_received.AsSpan(_start, from + length));
            _start += from + length;
            if (Response.Status >= 200)
            {
                return;
            }

            if (Response.Status == StatusCodes.Status101SwitchingProtocols)
            {
                throw InvalidResponse.Because("The upstream switched protocols without being asked.");
            }

            scanned = 0;
            passed += from + length;
        }
    }

    /// <summary>Waits for more of the response.</summary>
    /// <returns>Bytes that came; 0 when the upstream has ended its side.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync()
    {
        int count;
        if (_isReading)
        {
            _isReading = false;
            count = await _reading;
        }
        else
        {
            MakeRoom();
            count = await socket.ReceiveAsync(_received.AsMemory(_end), SocketFlags.None);
        }

        Answered |= count > 0;
        _end += count;
        _filled = _end == _received.Length;
        return count;
    }

    /// <summary>Takes bytes from the front of <see cref="Received"/>.</summary>
    /// <param name="count">How many.</param>
    public void Take(int count) => _start += count;

    /// <summary>The upstream must be heard of until then, or the connection is closed.</summary>
    /// <param name="timeout">From now on; null while nothing is expected of it.</param>
    public void Expect(TimeSpan? timeout)
    {
        var deadline = timeout is { } span ? clock.GetTimestamp() + (long)(span.TotalSeconds * clock.TimestampFrequency) : Never;

        // Somebody is about to close it: it must not get into other hands.
        _timedOut |= Interlocked.Exchange(ref _deadline, deadline) == Overdue;
    }

    /// <summary>Makes the connection fit for the next exchange; called when the answer has been read whole, and nothing reads any more.</summary>
    /// <returns>False when it is closed, ends with this answer, or holds more than was asked for.</returns>
    public bool TryEnd()
    {
        Expect(null);
        IdleSince = clock.GetTimestamp();
        if (_received.Length > UsualLength)
        {
            ArrayPool<byte>.Shared.Return(_received);
            _received = new byte[UsualLength];
        }

        Request.Reset();

        // Not from the start: what runs for the first time is compiled first, and that must not happen where sockets are polled.
        if (++_exchanges == InlineAfter)
        {
            InlineCompletions.Prefer(socket);
        }

        return Response.Persistent && !_closed && !_timedOut && !_abandoned && _start == _end;
    }

    /// <summary>The connection must not be used again: more may come that nobody reads.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>Closes the connection; what waits for it fails.</summary>
    public void Close()
    {
        _closed = true;
        socket.Dispose();
    }

    /// <summary>Notes that the upstream was not heard of in time; true is said once, and the connection must be closed then.</summary>
    /// <param name="now">Timestamp of the clock.</param>
    public bool IsOverdue(long now)
    {
        var deadline = Volatile.Read(ref _deadline);

        // Heard of in this very moment, it has another deadline.
        return deadline != Overdue && deadline <= now && Interlocked.CompareExchange(ref _deadline, Overdue, deadline) == deadline;
    }

    private void MakeRoom()
    {
        var kept = _end - _start;
        if (_filled && _received.Length < LargestRead)
        {
            // More is waiting: fewer, larger reads.
            var wide = ArrayPool<byte>.Shared.Rent(LargestRead);
            Received.CopyTo(wide);
            _received = wide;
        }
        else if (_start > 0)
        {
            Received.CopyTo(_received);
        }

        _start = 0;
        _end = kept;
    }
}
