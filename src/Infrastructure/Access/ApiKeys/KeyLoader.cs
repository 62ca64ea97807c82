using DataHub.Domain.Access.ApiKeys;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Loads the row behind a digest.</summary>
internal interface IKeyLoader
{
    /// <summary>One round trip to the truth.</summary>
    /// <param name="digests">The digests of one secret under every pepper.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when no key has this secret.</returns>
    Task<KeyRow?> LoadAsync(IReadOnlyList<SecretDigest> digests, CancellationToken cancellationToken);

    /// <summary>The row of a secret that was loaded before, as it stands now.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="secretVersion">Which of its secrets.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when the key or the secret is gone.</returns>
    Task<KeyRow?> ReloadAsync(ApiKeyId keyId, int secretVersion, CancellationToken cancellationToken);
}

/// <summary>Asks PostgreSQL, without EF Core: a miss of the request path waits for this.</summary>
internal sealed class KeyLoader(NpgsqlDataSource database) : IKeyLoader
{
    // The earlier end of key and secret counts; least() skips nulls.
    private const string Sql = """
        SELECT k.id, s.version, c.id, c.name, k.environment, k.disabled_at IS NOT NULL, k.revoked_at IS NOT NULL OR s.revoked_at IS NOT NULL,
               c.suspended_at IS NOT NULL, least(k.expires_at, s.not_after), k.allowed_ips, k.scopes, coalesce(k.tier_id, c.tier_id), k.version, k.tenant_id,
               s.replaced_at IS NOT NULL, nullif(k.api_permissions, '{}')::text
        FROM access.api_key_secrets s
        JOIN access.api_keys k ON k.id = s.api_key_id
        JOIN access.consumers c ON c.id = k.consumer_id
        """;

    public Task<KeyRow?> LoadAsync(IReadOnlyList<SecretDigest> digests, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(Sql + " WHERE s.digest = ANY ($1)");
        command.Parameters.AddWithValue(digests.Select(d => d.ToArray()).ToArray());
        return ReadAsync(command, cancellationToken);
    }

    public Task<KeyRow?> ReloadAsync(ApiKeyId keyId, int secretVersion, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(Sql + " WHERE k.id = $1 AND s.version = $2");
        command.Parameters.AddWithValue(keyId.Value);
        command.Parameters.AddWithValue(secretVersion);
        return ReadAsync(command, cancellationToken);
    }

    private static async Task<KeyRow?> ReadAsync(NpgsqlCommand query, CancellationToken cancellationToken)
    {
        await using var command = query;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new KeyRow(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4), reader.GetBoolean(5), reader.GetBoolean(6),
                reader.GetBoolean(7), await InstantAsync(reader, 8, cancellationToken), reader.GetFieldValue<string[]>(9), reader.GetFieldValue<string[]>(10),
                await reader.IsDBNullAsync(11, cancellationToken) ? null : reader.GetGuid(11), reader.GetInt64(12), reader.GetGuid(13),
                reader.GetBoolean(14), await reader.IsDBNullAsync(15, cancellationToken) ? null : reader.GetString(15))
            : null;
    }

    private static async Task<DateTimeOffset?> InstantAsync(NpgsqlDataReader reader, int column, CancellationToken cancellationToken) =>
        await reader.IsDBNullAsync(column, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
