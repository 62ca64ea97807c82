using System.Buffers;
using System.IO.Pipelines;
using DataHub.Application.Observability.Contracts;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>Passes the content of a response on as it comes: every part goes out before the next one is waited for.</summary>
/// <param name="connection">The connection to the upstream, its head read.</param>
/// <param name="caller">The caller's side.</param>
/// <param name="record">Counts what passes when no length was told.</param>
/// <param name="timeout">The most that may pass between two parts.</param>
/// <param name="aborted">Ends the wait for a caller that does not read.</param>
internal readonly struct ResponseContent(UpstreamConnection connection, PipeWriter caller, RequestRecord record, TimeSpan timeout, CancellationToken aborted)
{
    /// <summary>Passes content of a known length.</summary>
    /// <param name="length">Bytes.</param>
    /// <returns>False when the caller has left.</returns>
    /// <exception cref="HttpRequestException">The upstream ended the connection too early.</exception>
    public async ValueTask<bool> CopyLengthAsync(long length)
    {
        for (var left = length; left > 0;)
        {
            if (connection.Received.IsEmpty)
            {
                await ReceiveAsync();
            }

            var part = connection.Received;
            part = part[..(int)Math.Min(part.Length, left)];
            connection.Expect(null);
            if (await caller.WriteAsync(part, aborted) is { IsCompleted: true } or { IsCanceled: true })
            {
                return false;
            }

            connection.Take(part.Length);
            left -= part.Length;
        }

        return true;
    }

    /// <summary>Passes content in chunks; the server frames it anew.</summary>
    /// <returns>False when the caller has left.</returns>
    /// <exception cref="HttpRequestException">The chunks are not valid, or the upstream ended the connection too early.</exception>
    public async ValueTask<bool> CopyChunksAsync()
    {
        var decoder = default(ChunkDecoder);
        while (true)
        {
            long passed;
            try
            {
                passed = PassChunks(ref decoder);
            }
            catch (HttpRequestException)
            {
                // What was written can only be cut off, not taken back.
                if (caller.UnflushedBytes > 0)
                {
                    await caller.FlushAsync(aborted);
                }

                throw;
            }

            record.ResponseBytes += passed;
            if (decoder.IsDone)
            {
                return true;
            }

            // Of an answer without content yet, the head has gone out all the same: the caller may wait for it.
            connection.Expect(null);
            if (await caller.FlushAsync(aborted) is { IsCompleted: true } or { IsCanceled: true })
            {
                return false;
            }

            await ReceiveAsync();
        }
    }

    /// <summary>Passes everything until the upstream ends the connection.</summary>
    /// <returns>False when the caller has left.</returns>
    public async ValueTask<bool> CopyAllAsync()
    {
        do
        {
            var part = connection.Received;
            record.ResponseBytes += part.Length;
            connection.Expect(null);
            if (await caller.WriteAsync(part, aborted) is { IsCompleted: true } or { IsCanceled: true })
            {
                return false;
            }

            connection.Take(part.Length);
            connection.Expect(timeout);
        }
        while (await connection.ReceiveAsync() > 0);
        return true;
    }

    private long PassChunks(ref ChunkDecoder decoder)
    {
        var passed = 0L;
        while (!decoder.IsDone && decoder.TryTake(connection.Received.Span, out var framing, out var content))
        {
            caller.Write(connection.Received.Span.Slice(framing, content));
            connection.Take(framing + content);
            passed += content;
        }

        return passed;
    }

    private async ValueTask ReceiveAsync()
    {
        connection.Expect(timeout);
        if (await connection.ReceiveAsync() == 0)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The upstream closed the connection before its answer was complete.");
        }
    }
}
