using System.Security.Cryptography;
using DataHub.Application.Abstractions;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>
/// Moves old records into files. The chain up to the cut is verified while it is written, and again from the finished file; a signed
/// checkpoint closes the file, the chain goes on after it, and a record of the chain says what was moved.
/// </summary>
internal sealed partial class AuditArchive(
    NpgsqlDataSource dataSource,
    AuditKeyRing keys,
    AuditWriter writer,
    ArchiveFolder folder,
    IOptions<GatewayOptions> node,
    TimeProvider clock,
    ILogger<AuditArchive> logger)
{
    private const string Add = """
        INSERT INTO observability.audit_archives (tenant_id, sequence, hash, at, key_version, signature, first_sequence, file, sha256, node)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    /// <summary>Archives the records of all chains that are older than an instant. One node at a time does it; the others skip.</summary>
    public async Task RunOnceAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await CheckpointMaker.TryLeadAsync(connection, cancellationToken))
        {
            return;
        }

        try
        {
            foreach (var tenant in await AuditMarks.TenantsAsync(connection, cancellationToken))
            {
                await ArchiveAsync(connection, tenant, before, cancellationToken);
            }
        }
        finally
        {
            await using var unlock = new NpgsqlCommand($"SELECT pg_advisory_unlock({CheckpointMaker.LeaderLock})", connection);
            await unlock.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private async Task ArchiveAsync(NpgsqlConnection connection, TenantId tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var last = await AuditMarks.ArchiveAsync(connection, tenant, cancellationToken);
        if (last is not null && !last.IsGenuine(keys))
        {
            LogRefused(tenant, last.Position.Sequence, "the archive before was not signed by this installation");
            return;
        }

        var start = last?.Position ?? AuditPosition.Start;
        var upTo = await LastBeforeAsync(connection, tenant, before, cancellationToken);
        if (upTo <= start.Sequence)
        {
            return;
        }

        Directory.CreateDirectory(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = folder.FileOf(ArchiveFile.NameOf(tenant, start.Sequence + 1, upTo));
        var checkpoint = await file.WriteAsync(keys, tenant, start, new ChainReader(connection, keys).RecordsAsync(tenant, start.Sequence, upTo, cancellationToken), clock.GetUtcNow(), cancellationToken);
        if (checkpoint is null || checkpoint.Position.Sequence != upTo || !await file.IsWholeAsync(keys, tenant, start, checkpoint, cancellationToken))
        {
            LogRefused(tenant, upTo, "the chain up to there is not whole; verify it");
            return;
        }

        await CutAsync(connection, checkpoint, start.Sequence + 1, file, cancellationToken);
        LogArchived(tenant, start.Sequence + 1, upTo, file.Path);
    }

    private async Task CutAsync(NpgsqlConnection connection, AuditCheckpoint checkpoint, long first, ArchiveFile file, CancellationToken cancellationToken)
    {
        var digest = SHA256.HashData(await File.ReadAllBytesAsync(file.Path, cancellationToken));
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var add = new NpgsqlCommand(Add, connection);
        AuditMarks.AddTo(add.Parameters, checkpoint);
        add.Parameters.Add(new NpgsqlParameter { Value = first });
        add.Parameters.Add(new NpgsqlParameter { Value = Path.GetFileName(file.Path) });
        add.Parameters.Add(new NpgsqlParameter { Value = digest });
        add.Parameters.Add(new NpgsqlParameter { Value = node.Value.NodeName });
        await add.ExecuteNonQueryAsync(cancellationToken);
        await using var remove = new NpgsqlCommand("SELECT observability.remove_archived_audit($1, $2)", connection) { CommandTimeout = 0 };
        remove.Parameters.Add(new NpgsqlParameter { Value = checkpoint.Tenant.Value });
        remove.Parameters.Add(new NpgsqlParameter { Value = checkpoint.Position.Sequence });
        var removed = (long)(await remove.ExecuteScalarAsync(cancellationToken))!;
        if (removed != checkpoint.Position.Sequence - first + 1)
        {
            throw new InvalidOperationException($"The archive holds {checkpoint.Position.Sequence - first + 1} records, and {removed} would be removed; nothing was.");
        }

        await writer.AppendAsync(connection, [NoteOf(checkpoint, first, file, digest)], cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static AuditDraft NoteOf(AuditCheckpoint checkpoint, long first, ArchiveFile file, byte[] digest) => new()
    {
        Tenant = checkpoint.Tenant,
        ActorKind = "system",
        ActorId = "system",
        Action = "audit.archive",
        ResourceType = "audit",
        Result = "success",
        Details = AuditValues.Details(new
        {
            FirstSequence = first,
            LastSequence = checkpoint.Position.Sequence,
            File = Path.GetFileName(file.Path),
            Sha256 = Convert.ToHexStringLower(digest),
        }),
    };

    // The records before the first one that is young enough; a clock that was set back does not tear a hole.
    private static async Task<long> LastBeforeAsync(NpgsqlConnection connection, TenantId tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT coalesce((SELECT min(sequence) - 1 FROM observability.audit WHERE tenant_id = $1 AND at >= $2),
                            (SELECT max(sequence) FROM observability.audit WHERE tenant_id = $1), 0)
            """;
        await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = before.UtcDateTime });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [LoggerMessage(5107, LogLevel.Information, "Records {First} to {Last} of the audit chain of {Tenant} were moved to {File}.")]
    private partial void LogArchived(TenantId tenant, long first, long last, string file);

    [LoggerMessage(5108, LogLevel.Error, "The audit chain of {Tenant} was not archived up to record {Sequence}: {Reason}.")]
    private partial void LogRefused(TenantId tenant, long sequence, string reason);
}
