using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>
/// Signs how far every chain has come. Before it signs, it verifies what is new since the last checkpoint; a chain that fails gets no new
/// one, and the data folder keeps the last good one as evidence.
/// </summary>
internal sealed partial class CheckpointMaker(
    NpgsqlDataSource dataSource, AuditKeyRing keys, CheckpointFile file, AuditHealth health, TimeProvider clock, ILogger<CheckpointMaker> logger)
{
    /// <summary>Turns among nodes for what one node does for all.</summary>
    public const long LeaderLock = 0x4441_5441_4155_4449; // "DATAAUDI"

    private const string Prune = """
        DELETE FROM observability.audit_checkpoints c WHERE c.at < $1 AND EXISTS (
            SELECT FROM observability.audit_checkpoints d
            WHERE d.tenant_id = c.tenant_id AND d.sequence < c.sequence AND date_trunc('day', d.at, 'UTC') = date_trunc('day', c.at, 'UTC'))
        """;

    // After a week, one of each day is kept.
    private static readonly TimeSpan Detailed = TimeSpan.FromDays(7);

    /// <summary>One round: makes what is due, and takes over into the data folder what this or other nodes made.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await TryLeadAsync(connection, cancellationToken))
        {
            try
            {
                await MakeAsync(connection, cancellationToken);
            }
            finally
            {
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LeaderLock})", CancellationToken.None);
            }
        }

        await TakeOverAsync(connection, cancellationToken);
    }

    /// <summary>Whether this node's turn it is; to be unlocked by whoever gets it.</summary>
    public static async Task<bool> TryLeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({LeaderLock})", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var kept = await file.ReadAsync(cancellationToken);
        var made = new List<AuditCheckpoint>();
        await using (await ChainReader.SnapshotAsync(connection, cancellationToken))
        {
            foreach (var tenant in (await AuditMarks.TenantsAsync(connection, cancellationToken)).Union(kept.Keys).ToList())
            {
                if (await ExtendAsync(connection, tenant, kept.GetValueOrDefault(tenant), cancellationToken) is { } checkpoint)
                {
                    made.Add(checkpoint);
                }
            }
        }

        foreach (var checkpoint in made)
        {
            await AuditMarks.AddAsync(connection, checkpoint, cancellationToken);
        }

        await using var prune = new NpgsqlCommand(Prune, connection);
        prune.Parameters.Add(new NpgsqlParameter { Value = (clock.GetUtcNow() - Detailed).UtcDateTime });
        await prune.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<AuditCheckpoint?> ExtendAsync(NpgsqlConnection connection, TenantId tenant, AuditCheckpoint? kept, CancellationToken cancellationToken)
    {
        var stored = await AuditMarks.CheckpointsAsync(connection, tenant, long.MaxValue, 1, cancellationToken) is [var newest] && newest.IsGenuine(keys) ? newest : null;
        var known = (stored?.Position.Sequence ?? 0) >= (kept?.Position.Sequence ?? 0) ? stored : kept;
        var head = await AuditMarks.HeadAsync(connection, tenant, cancellationToken);
        if (head is not null && known is not null && head.Position.Equals(known.Position))
        {
            return null; // Nothing new. Whether what is old still is as it was, the verification from end to end says.
        }

        var report = await new ChainReader(connection, keys).VerifyAsync(tenant, known?.Position, kept is null ? [] : [kept], cancellationToken);
        if (report.Valid)
        {
            return report.Last.Sequence > (known?.Position.Sequence ?? 0) ? AuditCheckpoint.Sign(keys, tenant, report.Last, clock.GetUtcNow()) : null;
        }

        health.Verified(tenant, valid: false);
        LogBroken(tenant, report.FaultCount, report.Faults[0].Sequence, report.Faults[0].Detail);
        return null;
    }

    private async Task TakeOverAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var kept = await file.ReadAsync(cancellationToken);
        var newer = new List<AuditCheckpoint>();
        foreach (var tenant in await AuditMarks.TenantsAsync(connection, cancellationToken))
        {
            if (await AuditMarks.CheckpointsAsync(connection, tenant, long.MaxValue, 1, cancellationToken) is not [var newest]
                || (kept.TryGetValue(tenant, out var own) && own.Position.Sequence >= newest.Position.Sequence))
            {
                continue;
            }

            if (newest.IsGenuine(keys) && (own is null || await ContinuesAsync(connection, own, cancellationToken)))
            {
                newer.Add(newest);
            }
            else
            {
                health.Verified(tenant, valid: false);
                LogNotTaken(tenant, newest.Position.Sequence, own?.Position.Sequence ?? 0);
            }
        }

        await file.ReplaceAsync(newer, cancellationToken);
    }

    // The record that the older checkpoint speaks of is still what it was, or went into an archive since.
    private static async Task<bool> ContinuesAsync(NpgsqlConnection connection, AuditCheckpoint older, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT EXISTS (SELECT FROM observability.audit WHERE tenant_id = $1 AND sequence = $2 AND hash = $3)
                OR EXISTS (SELECT FROM observability.audit_archives WHERE tenant_id = $1 AND sequence >= $2)
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = older.Tenant.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = older.Position.Sequence });
        command.Parameters.Add(new NpgsqlParameter { Value = older.Position.Hash.ToArray() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(5104, LogLevel.Critical, "The audit chain of {Tenant} shows {Count} traces of tampering since its last checkpoint; the first is at record {Sequence}: {Detail} No checkpoint is made.")]
    private partial void LogBroken(TenantId tenant, long count, long sequence, string detail);

    [LoggerMessage(5105, LogLevel.Critical, "The newest checkpoint of the audit chain of {Tenant} ({Newest}) does not continue the one in the data folder ({Own}): the chain or the checkpoint was changed from outside.")]
    private partial void LogNotTaken(TenantId tenant, long newest, long own);
}
