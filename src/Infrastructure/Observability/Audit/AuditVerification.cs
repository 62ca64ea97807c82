using DataHub.Application.Observability.Audit;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Verifies chains from end to end, against the checkpoints of the database, of the data folder and given ones, and the archive files that are here.</summary>
internal sealed partial class AuditVerification(
    NpgsqlDataSource dataSource, AuditKeyRing keys, CheckpointFile file, ArchiveVerification archives, AuditHealth health, TimeProvider clock, ILogger<AuditVerification> logger)
    : IAuditVerification
{
    public async Task<AuditVerdict> VerifyAsync(TenantId? tenant, IReadOnlyList<AuditCheckpoint> checkpoints, CancellationToken cancellationToken)
    {
        var (at, began) = (clock.GetUtcNow(), clock.GetTimestamp());
        // What the file holds was committed before the snapshot is taken, so the snapshot has it.
        var kept = (await file.ReadAsync(cancellationToken)).Values.Concat(checkpoints).ToList();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var reports = new List<(AuditChainReport Chain, List<StoredArchive> Archives)>();
        await using (await ChainReader.SnapshotAsync(connection, cancellationToken))
        {
            var reader = new ChainReader(connection, keys);
            IEnumerable<TenantId> tenants = tenant is { } one ? [one] : (await AuditMarks.TenantsAsync(connection, cancellationToken)).Concat(kept.Select(c => c.Tenant)).Distinct();
            foreach (var chain in tenants.ToList())
            {
                reports.Add((await reader.VerifyAsync(chain, null, kept, cancellationToken), await AuditMarks.ArchivesAsync(connection, chain, cancellationToken)));
            }
        }

        // Files do not change with the database: the snapshot need not wait for them.
        var verdicts = new List<AuditChainVerdict>();
        foreach (var (report, stored) in reports)
        {
            var chain = report.Tenant;
            var archived = await archives.VerifyAsync(stored, cancellationToken);
            var verdict = AuditChainVerdict.Of(report.After(archived.Faults), at) with { ArchivesVerified = archived.Verified, ArchivesElsewhere = archived.Elsewhere };
            verdicts.Add(verdict);
            // A given checkpoint is the caller's word: what is found by it is told to the caller, and not kept as the state of the chain.
            if (checkpoints.Count == 0)
            {
                await AuditStore.KeepAsync(connection, chain, verdict, cancellationToken);
            }

            health.Verified(chain, verdict.Valid);
            if (verdict.FirstBad is { } bad)
            {
                LogFound(chain, verdict.FaultCount, bad.Sequence, bad.Detail);
            }
        }

        return new AuditVerdict(verdicts.TrueForAll(v => v.Valid), at, (long)clock.GetElapsedTime(began).TotalMilliseconds, verdicts);
    }

    [LoggerMessage(5103, LogLevel.Critical, "The audit chain of {Tenant} shows {Count} traces of tampering; the first is at record {Sequence}: {Detail}")]
    private partial void LogFound(TenantId tenant, long count, long sequence, string detail);
}
