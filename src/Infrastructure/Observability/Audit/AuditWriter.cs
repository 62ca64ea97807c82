using DataHub.Application.Abstractions;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>
/// Appends records to the chains of their tenants, in a transaction of the caller. The end of each chain is locked until that transaction
/// ends, so it is done as late as possible: writers of one tenant take turns, none can leave a gap, and no chain forks.
/// </summary>
internal sealed partial class AuditWriter(AuditKeyRing keys, TimeProvider clock, IIdSource ids, ILogger<AuditWriter> logger)
{
    private const string LockHead = "SELECT sequence, hash, key_version, seal FROM observability.audit_heads WHERE tenant_id = $1 FOR UPDATE";
    private const string LastRecord = "SELECT sequence, hash FROM observability.audit WHERE tenant_id = $1 ORDER BY sequence DESC LIMIT 1";
    private const string LastArchive = "SELECT sequence, hash FROM observability.audit_archives WHERE tenant_id = $1 ORDER BY sequence DESC LIMIT 1";
    private const string MakeHead = "INSERT INTO observability.audit_heads (tenant_id, sequence, hash, key_version, seal) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    private const string MoveHead = "UPDATE observability.audit_heads SET sequence = $2, hash = $3, key_version = $4, seal = $5 WHERE tenant_id = $1";

    /// <summary>Appends.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="drafts">In the order of what happened.</param>
    /// <param name="cancellationToken">Ends the attempt; the transaction is then to be rolled back.</param>
    public async Task AppendAsync(NpgsqlConnection connection, IReadOnlyList<AuditDraft> drafts, CancellationToken cancellationToken)
    {
        // In one order for all writers, so that two of them never wait for each other.
        foreach (var ofTenant in drafts.GroupBy(d => d.Tenant).OrderBy(g => g.Key.Value))
        {
            await AppendAsync(connection, ofTenant.Key, [.. ofTenant], cancellationToken);
        }
    }

    private async Task AppendAsync(NpgsqlConnection connection, TenantId tenant, List<AuditDraft> drafts, CancellationToken cancellationToken)
    {
        var chain = new AuditChain(keys);
        var head = await LockAsync(connection, chain, tenant, cancellationToken);
        var last = head.Position;
        if (!chain.IsSealed(tenant, head))
        {
            // Sealing it anew would hide what was done to it; the record says so for ever instead.
            last = await ActualEndAsync(connection, tenant, cancellationToken);
            LogBreak(tenant, head.Position.Sequence, last.Sequence);
            drafts.Insert(0, BreakOf(tenant, head.Position.Sequence, last.Sequence));
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (var draft in drafts)
        {
            var record = chain.Link(Place(draft, last.Sequence + 1, chain.KeyVersion), last.Hash);
            last = new AuditPosition(record.Sequence, record.Hash);
            var insert = new NpgsqlBatchCommand(AuditColumns.Insert);
            AuditColumns.AddTo(insert.Parameters, record);
            batch.BatchCommands.Add(insert);
        }

        batch.BatchCommands.Add(HeadCommand(MoveHead, tenant, chain.Seal(tenant, last)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<AuditHead> LockAsync(NpgsqlConnection connection, AuditChain chain, TenantId tenant, CancellationToken cancellationToken)
    {
        if (await FindHeadAsync(connection, tenant, cancellationToken) is { } head)
        {
            return head;
        }

        // A head that is not there although records are was removed: its seal is left out, which is then taken for a break.
        var end = await ActualEndAsync(connection, tenant, cancellationToken);
        var made = end.Sequence == 0 ? chain.Seal(tenant, end) : new AuditHead(end, 0, new byte[AuditKey.Length]);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(HeadCommand(MakeHead, tenant, made));
        await batch.ExecuteNonQueryAsync(cancellationToken);

        // Another writer may have been faster; then its head counts.
        return (await FindHeadAsync(connection, tenant, cancellationToken))!;
    }

    private static async Task<AuditHead?> FindHeadAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockHead, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AuditHead(new AuditPosition(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3))
            : null;
    }

    private static async Task<AuditPosition> ActualEndAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken)
    {
        foreach (var sql in new[] { LastRecord, LastArchive })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                return new AuditPosition(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
            }
        }

        return AuditPosition.Start;
    }

    private static NpgsqlBatchCommand HeadCommand(string sql, TenantId tenant, AuditHead head)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = head.Position.Sequence });
        command.Parameters.Add(new NpgsqlParameter { Value = head.Position.Hash.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = head.KeyVersion });
        command.Parameters.Add(new NpgsqlParameter { Value = head.Seal.ToArray() });
        return command;
    }

    private static AuditDraft BreakOf(TenantId tenant, long stored, long actual) => new()
    {
        Tenant = tenant,
        ActorKind = "system",
        ActorId = "system",
        Action = AuditRecord.BreakAction,
        ResourceType = "audit",
        Result = "failure",
        Details = string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"storedEnd":{{stored}},"actualEnd":{{actual}}}"""),
    };

    private AuditRecord Place(AuditDraft draft, long sequence, int keyVersion)
    {
        var now = clock.GetUtcNow();
        return new AuditRecord
        {
            Tenant = draft.Tenant,
            Sequence = sequence,
            Id = new AuditRecordId(ids.NewId()),
            At = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero), // As exact as the column.
            ActorKind = draft.ActorKind,
            ActorId = AuditDraft.Clean(draft.ActorId, 200)!,
            ActorSubject = AuditDraft.Clean(draft.ActorSubject, 760), // An issuer of 500 characters, a space, a subject of 255.
            Action = AuditDraft.Clean(draft.Action, 100)!,
            ResourceType = AuditDraft.Clean(draft.ResourceType, 100)!,
            ResourceId = AuditDraft.Clean(draft.ResourceId, 300),
            ClientIp = AuditDraft.Clean(draft.ClientIp, 100),
            UserAgent = AuditDraft.Clean(draft.UserAgent, 300),
            RequestId = AuditDraft.Clean(draft.RequestId, 100),
            Result = draft.Result,
            Code = draft.Code,
            Count = draft.Count,
            Details = AuditDraft.Bounded(draft.Details),
            Before = AuditDraft.Bounded(draft.Before),
            After = AuditDraft.Bounded(draft.After),
            KeyVersion = keyVersion,
        };
    }

    [LoggerMessage(5101, LogLevel.Critical, "The end of the audit chain of {Tenant} is not as this gateway left it (stored {Stored}, actual {Actual}); it was changed from outside. The chain goes on with a record that says so.")]
    private partial void LogBreak(TenantId tenant, long stored, long actual);
}
