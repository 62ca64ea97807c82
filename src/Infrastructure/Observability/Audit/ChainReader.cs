using System.Data;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Reads chains in one snapshot of the database, so that writers are neither waited for nor half seen.</summary>
internal sealed class ChainReader(NpgsqlConnection connection, AuditKeyRing keys)
{
    /// <summary>Begins the snapshot; it lasts as long as the transaction.</summary>
    public static async Task<NpgsqlTransaction> SnapshotAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    /// <summary>Verifies a chain from a place on.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="start">A place that is known to be good; null to begin with the first record that is not archived.</param>
    /// <param name="kept">Checkpoints from outside of the database.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AuditChainReport> VerifyAsync(TenantId tenant, AuditPosition? start, IEnumerable<AuditCheckpoint> kept, CancellationToken cancellationToken)
    {
        var archive = await AuditMarks.ArchiveAsync(connection, tenant, cancellationToken);
        var stored = await AuditMarks.CheckpointsAsync(connection, tenant, long.MaxValue, int.MaxValue, cancellationToken);
        var from = start is { } given && given.Sequence >= (archive?.Position.Sequence ?? 0) ? given : archive?.Position ?? AuditPosition.Start;
        var verifier = new AuditChainVerifier(keys, tenant, from, [.. stored, .. kept, .. archive is null ? Array.Empty<AuditCheckpoint>() : [archive]]);
        await foreach (var record in RecordsAsync(tenant, from.Sequence, long.MaxValue, cancellationToken))
        {
            verifier.Take(record);
        }

        return verifier.Finish(await AuditMarks.HeadAsync(connection, tenant, cancellationToken));
    }

    /// <summary>The records after a place and up to another, in their order.</summary>
    public async IAsyncEnumerable<AuditRecord> RecordsAsync(
        TenantId tenant, long after, long upTo, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The reader takes rows from the wire as they are asked for: a chain of any length needs the memory of one row.
        await using var command = new NpgsqlCommand(
            $"SELECT {AuditColumns.List} FROM observability.audit WHERE tenant_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence", connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = upTo });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return AuditColumns.Read(reader);
        }
    }
}
