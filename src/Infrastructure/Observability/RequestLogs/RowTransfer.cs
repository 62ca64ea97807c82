using System.Buffers.Binary;
using Npgsql;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Stores batches in PostgreSQL exactly once. The rows and the note of how far their writer has come are one transaction; the note's
/// row is locked first, so a transfer that was given up but lives on in the server ends before the next one looks.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="partitions">Makes the partitions of the rows.</param>
/// <param name="clock">Tells which rows are late.</param>
internal sealed class RowTransfer(NpgsqlDataSource dataSource, RequestLogPartitions partitions, TimeProvider clock) : IDisposable
{
    private const string Note = """
        UPDATE observability.request_log_progress progress SET segment = $2, rows = $3, updated_at = clock_timestamp()
        FROM (SELECT writer, segment, rows FROM observability.request_log_progress WHERE writer = $1 FOR UPDATE) before
        WHERE progress.writer = before.writer RETURNING before.segment, before.rows
        """;

    private readonly TransferConnection _connection = new(dataSource);

    // Signature, flags, length of the header extension (documentation of COPY, "Binary Format").
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Trailer = [0xFF, 0xFF];

    /// <summary>Stores what of the batch is not stored yet.</summary>
    /// <exception cref="RowsRefusedException">PostgreSQL does not take these rows; nothing was stored.</exception>
    public async Task StoreAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await TryStoreAsync(batch, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CheckViolation)
        {
            // A partition that was thought to exist is gone.
            partitions.Forget();
            await StoreOnceMoreAsync(batch, cancellationToken);
        }
        catch (PostgresException e) when (IsFaultOfTheRows(e))
        {
            throw new RowsRefusedException(e);
        }
    }

    private async Task StoreOnceMoreAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await TryStoreAsync(batch, cancellationToken);
        }
        catch (PostgresException e) when (IsFaultOfTheRows(e))
        {
            throw new RowsRefusedException(e);
        }
    }

    // Data exceptions, constraints, limits of an index entry, and a malformed value, which COPY reports as a protocol violation.
    // Everything else, a missing table or a full disk, is not cured by leaving a row out.
    private static bool IsFaultOfTheRows(PostgresException e) =>
        e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("23", StringComparison.Ordinal)
        || e.SqlState.StartsWith("54", StringComparison.Ordinal) || e.SqlState == PostgresErrorCodes.ProtocolViolation;

    /// <summary>Notes a row as dealt with although it was not stored.</summary>
    public async Task SkipAsync(Guid writer, RowRange row, CancellationToken cancellationToken)
    {
        await _connection.UseAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await NoteProgressAsync(connection, writer, row, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task TryStoreAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        await partitions.EnsureAsync(batch.Days, cancellationToken);
        await _connection.UseAsync(connection => StoreMissingAsync(connection, batch, cancellationToken), cancellationToken);
    }

    private async Task StoreMissingAsync(NpgsqlConnection connection, RowBatch batch, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (segment, rows) = await NoteProgressAsync(connection, batch.Writer, batch.Ranges[^1], cancellationToken);
        var missing = batch.Ranges.Where(r => r.Sequence >= segment)
            .Select(r => r.Sequence == segment ? r.From(rows) : r).Where(r => r.Rows > 0).ToList();
        if (missing.Count == 0)
        {
            // What is noted may be further on: it stays.
            return;
        }

        await CopyAsync(connection, batch.Format, missing, cancellationToken);
        await LateRows.Of(batch.Format, missing, clock.GetUtcNow()).NoteAsync(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, RowFormat format, List<RowRange> ranges, CancellationToken cancellationToken)
    {
        // Not disposed on failure by "using": disposing ends the COPY as if it were complete.
        var stream = await connection.BeginRawBinaryCopyAsync(format.CopyStatement, cancellationToken);
        var complete = false;
        try
        {
            await stream.WriteAsync(Header, cancellationToken);
            foreach (var range in ranges)
            {
                await stream.WriteAsync(range.Bytes, cancellationToken);
            }

            await stream.WriteAsync(Trailer, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            complete = true;
        }
        finally
        {
            if (!complete)
            {
                await AbandonAsync(stream);
            }
        }

        await stream.DisposeAsync();
    }

    private static async Task AbandonAsync(NpgsqlRawCopyStream stream)
    {
        try
        {
            await stream.CancelAsync();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The connection is broken already; the first failure is the one to report.
        }
    }

    // Locks what is noted of the writer, notes its new place, and tells the one before.
    private static async Task<(long Segment, int Rows)> NoteProgressAsync(NpgsqlConnection connection, Guid writer, RowRange last, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var note = new NpgsqlCommand(Note, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter { Value = writer },
                    new NpgsqlParameter { Value = last.Sequence },
                    new NpgsqlParameter { Value = last.FirstRow + last.Rows },
                },
            };
            await using (var reader = await note.ExecuteReaderAsync(cancellationToken))
            {
                if (await reader.ReadAsync(cancellationToken))
                {
                    return (reader.GetInt64(0), reader.GetInt32(1));
                }
            }

            // Its first batch. Waits for a transfer that was given up and has noted it too.
            await using var first = new NpgsqlCommand("INSERT INTO observability.request_log_progress (writer, segment, rows) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING", connection)
            {
                Parameters = { new NpgsqlParameter { Value = writer } },
            };
            await first.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

/// <summary>PostgreSQL refuses rows for what they hold; sending them again would not help.</summary>
/// <param name="cause">What PostgreSQL said.</param>
internal sealed class RowsRefusedException(PostgresException cause) : Exception(cause.MessageText, cause);
