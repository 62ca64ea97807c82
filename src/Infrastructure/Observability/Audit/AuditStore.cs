using System.Text.Json;
using DataHub.Application.Observability.Audit;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Reads the trail, and writes what stands outside of a command.</summary>
internal sealed class AuditStore(NpgsqlDataSource dataSource, AuditWriter writer, AuditKeyRing keys) : IAuditReader
{
    private const int TimeoutSeconds = 15;

    public IReadOnlyDictionary<int, string> PublicKeys { get; } = keys.All.ToDictionary(k => k.Version, k => k.PublicKey);

    /// <summary>Appends in a transaction of its own.</summary>
    public async Task AppendAsync(IReadOnlyList<AuditDraft> drafts, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await writer.AppendAsync(connection, drafts, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    public async Task<IReadOnlyList<AuditRecord>> ListAsync(AuditFilter filter, long? after, int count, bool ascending, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = AuditSql.List(filter, after, count, ascending);
        command.Connection = connection;
        command.CommandTimeout = TimeoutSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var records = new List<AuditRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            records.Add(AuditColumns.Read(reader));
        }

        return records;
    }

    public async Task<IReadOnlyList<AuditCheckpoint>> ListCheckpointsAsync(TenantId tenant, long? before, int count, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await AuditMarks.CheckpointsAsync(connection, tenant, before ?? long.MaxValue, count, cancellationToken);
    }

    public async Task<AuditChainVerdict?> LastVerdictAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT report FROM observability.audit_verifications WHERE tenant_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        return await command.ExecuteScalarAsync(cancellationToken) is string report ? JsonSerializer.Deserialize<AuditChainVerdict>(report) : null;
    }

    /// <summary>Keeps what a verification found.</summary>
    public static async Task KeepAsync(NpgsqlConnection connection, TenantId tenant, AuditChainVerdict verdict, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO observability.audit_verifications (tenant_id, at, valid, report) VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id) DO UPDATE SET at = EXCLUDED.at, valid = EXCLUDED.valid, report = EXCLUDED.report
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = verdict.At.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter { Value = verdict.Valid });
        command.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(verdict), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Json });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
