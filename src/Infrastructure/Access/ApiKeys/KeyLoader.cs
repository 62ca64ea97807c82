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
}

/// <summary>Asks PostgreSQL, without EF Core: a miss of the request path waits for this.</summary>
internal sealed class KeyLoader(NpgsqlDataSource database) : IKeyLoader
{
    // The earlier end of key and secret counts; least() skips nulls.
    private const string Sql = """
        SELECT k.id, s.version, c.id, c.name, k.environment, k.disabled_at IS NOT NULL, k.revoked_at IS NOT NULL OR s.revoked_at IS NOT NULL,
               c.suspended_at IS NOT NULL, least(k.expires_at, s.not_after), k.allowed_ips, k.scopes, coalesce(k.tier_id, c.tier_id), k.version
        FROM access.api_key_secrets s
        JOIN access.api_keys k ON k.id = s.api_key_id
        JOIN access.consumers c ON c.id = k.consumer_id
        WHERE s.digest = ANY ($1)
        """;

    public async Task<KeyRow?> LoadAsync(IReadOnlyList<SecretDigest> digests, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(digests.Select(d => d.ToArray()).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new KeyRow(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4), reader.GetBoolean(5), reader.GetBoolean(6),
                reader.GetBoolean(7), await InstantAsync(reader, 8, cancellationToken), reader.GetFieldValue<string[]>(9), reader.GetFieldValue<string[]>(10),
                await reader.IsDBNullAsync(11, cancellationToken) ? null : reader.GetGuid(11), reader.GetInt64(12))
            : null;
    }

    private static async Task<DateTimeOffset?> InstantAsync(NpgsqlDataReader reader, int column, CancellationToken cancellationToken) =>
        await reader.IsDBNullAsync(column, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
