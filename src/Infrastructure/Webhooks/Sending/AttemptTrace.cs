using System.Net;
using DataHub.Infrastructure.Outbound;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>What is noted of one attempt while the HTTP client works on it.</summary>
internal sealed class AttemptTrace
{
    private static readonly AsyncLocal<AttemptTrace?> Running = new();

    /// <summary>The attempt that the calling code works for; null outside of one.</summary>
    public static AttemptTrace? Current
    {
        get => Running.Value;
        set => Running.Value = value;
    }

    /// <summary>Measures of the connection that this attempt made; empty when it took one that was open.</summary>
    public ConnectionTrace Connection { get; } = new();

    /// <summary>Milliseconds of the TLS handshake; null when there was none.</summary>
    public double? Tls { get; set; }

    /// <summary>Timestamp of the end of the request; 0 until then.</summary>
    public long SentAt { get; set; }

    /// <summary>The address of the connection that carried the request; null until it is known.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>True: this attempt waited for a connection of its own.</summary>
    public bool Connected => Connection.Connect is not null;
}

/// <summary>A request with its attempt, so that the connection it opens can be measured.</summary>
/// <param name="uri">Where to.</param>
/// <param name="trace">The attempt.</param>
internal sealed class WebhookRequest(Uri uri, AttemptTrace trace) : HttpRequestMessage(HttpMethod.Post, uri)
{
    public AttemptTrace Trace => trace;
}

/// <summary>The stored bytes as they are. Notes when they were sent.</summary>
/// <param name="body">The bytes.</param>
/// <param name="trace">The attempt.</param>
/// <param name="clock">The clock.</param>
internal sealed class StoredContent(ReadOnlyMemory<byte> body, AttemptTrace trace, TimeProvider clock) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(body, cancellationToken);
        trace.SentAt = clock.GetTimestamp();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}

/// <summary>A connection that tells each attempt that writes to it which address it leads to, since it outlives the attempt that made it.</summary>
/// <param name="inner">The connection.</param>
/// <param name="address">Where it leads.</param>
internal sealed class AddressedStream(Stream inner, IPAddress address) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Note();
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Note();
        return inner.WriteAsync(buffer, offset, count, cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Note();
        inner.Write(buffer, offset, count);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Note()
    {
        if (AttemptTrace.Current is { } trace)
        {
            trace.Address = address;
        }
    }
}
