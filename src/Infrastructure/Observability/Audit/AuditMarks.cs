using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using Npgsql;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Reads and writes what is known of chains beside their records: ends, checkpoints, archives.</summary>
internal static class AuditMarks
{
    private const string Columns = "tenant_id, sequence, hash, at, key_version, signature";

    /// <summary>Every tenant that the database knows a chain of.</summary>
    public static async Task<List<TenantId>> TenantsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Steps from tenant to tenant through the primary key instead of reading the whole table.
        const string Sql = """
            WITH RECURSIVE chains(tenant_id) AS (
                (SELECT tenant_id FROM observability.audit ORDER BY tenant_id LIMIT 1)
                UNION ALL
                SELECT (SELECT a.tenant_id FROM observability.audit a WHERE a.tenant_id > chains.tenant_id ORDER BY a.tenant_id LIMIT 1) FROM chains WHERE chains.tenant_id IS NOT NULL
            )
            SELECT tenant_id FROM chains WHERE tenant_id IS NOT NULL
            UNION SELECT tenant_id FROM observability.audit_heads
            UNION SELECT tenant_id FROM observability.audit_archives
            UNION SELECT DISTINCT tenant_id FROM observability.audit_checkpoints
            ORDER BY 1
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<TenantId>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tenants.Add(new TenantId(reader.GetGuid(0)));
        }

        return tenants;
    }

    /// <summary>The stored end of a chain; null for none.</summary>
    public static async Task<AuditHead?> HeadAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT sequence, hash, key_version, seal FROM observability.audit_heads WHERE tenant_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AuditHead(new AuditPosition(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3))
            : null;
    }

    /// <summary>Checkpoints of a chain before a place, latest first.</summary>
    public static Task<List<AuditCheckpoint>> CheckpointsAsync(NpgsqlConnection connection, TenantId tenant, long before, int count, CancellationToken cancellationToken) =>
        ReadAsync(connection, $"SELECT {Columns} FROM observability.audit_checkpoints WHERE tenant_id = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3", tenant, [before, count], cancellationToken);

    /// <summary>The statement of the newest archive of a chain; null for none.</summary>
    public static async Task<AuditCheckpoint?> ArchiveAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken) =>
        await ReadAsync(connection, $"SELECT {Columns} FROM observability.audit_archives WHERE tenant_id = $1 ORDER BY sequence DESC LIMIT 1", tenant, [], cancellationToken) is [var one] ? one : null;

    /// <summary>Every archive of a chain, oldest first.</summary>
    public static async Task<List<StoredArchive>> ArchivesAsync(NpgsqlConnection connection, TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {Columns}, first_sequence, file, sha256, node FROM observability.audit_archives WHERE tenant_id = $1 ORDER BY sequence", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var archives = new List<StoredArchive>();
        while (await reader.ReadAsync(cancellationToken))
        {
            archives.Add(new StoredArchive(ReadCheckpoint(reader), reader.GetInt64(6), reader.GetString(7), reader.GetFieldValue<byte[]>(8), reader.GetString(9)));
        }

        return archives;
    }

    /// <summary>Keeps a checkpoint. One of the same place is there already when another node was faster.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, AuditCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"INSERT INTO observability.audit_checkpoints ({Columns}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", connection);
        AddTo(command.Parameters, checkpoint);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static void AddTo(NpgsqlParameterCollection parameters, AuditCheckpoint checkpoint)
    {
        parameters.Add(new NpgsqlParameter { Value = checkpoint.Tenant.Value });
        parameters.Add(new NpgsqlParameter { Value = checkpoint.Position.Sequence });
        parameters.Add(new NpgsqlParameter { Value = checkpoint.Position.Hash.ToArray() });
        parameters.Add(new NpgsqlParameter { Value = checkpoint.At.UtcDateTime });
        parameters.Add(new NpgsqlParameter { Value = checkpoint.KeyVersion });
        parameters.Add(new NpgsqlParameter { Value = checkpoint.Signature.ToArray() });
    }

    private static async Task<List<AuditCheckpoint>> ReadAsync(NpgsqlConnection connection, string sql, TenantId tenant, object[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<AuditCheckpoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(ReadCheckpoint(reader));
        }

        return found;
    }

    private static AuditCheckpoint ReadCheckpoint(NpgsqlDataReader reader) => new(
        new TenantId(reader.GetGuid(0)),
        new AuditPosition(reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)),
        new DateTimeOffset(reader.GetDateTime(3)),
        reader.GetInt32(4),
        reader.GetFieldValue<byte[]>(5));
}
