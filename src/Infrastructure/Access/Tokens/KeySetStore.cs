using DataHub.Domain.Access.Tokens;
using Npgsql;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>A key set as an issuer published it.</summary>
/// <param name="Json">The answer, to the byte.</param>
/// <param name="FetchedAt">UTC instant of the download.</param>
internal readonly record struct StoredKeySet(byte[] Json, DateTimeOffset FetchedAt);

/// <summary>Keeps the last good key set of every issuer for nodes that start while the issuer does not answer.</summary>
internal interface IKeySetStore
{
    /// <summary>The last set that any node downloaded.</summary>
    /// <param name="issuer">The issuer.</param>
    /// <param name="place">Where it was downloaded from; a set of another place is not found.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<StoredKeySet?> ReadAsync(TokenIssuerId issuer, string place, CancellationToken cancellationToken);

    /// <summary>Keeps a set, unless one that was downloaded later is kept already.</summary>
    /// <param name="issuer">The issuer.</param>
    /// <param name="place">Where it was downloaded from.</param>
    /// <param name="keys">The set.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task WriteAsync(TokenIssuerId issuer, string place, StoredKeySet keys, CancellationToken cancellationToken);
}

/// <summary>Keeps them in the database, so that a node with an empty disk has them too.</summary>
internal sealed class KeySetStore(NpgsqlDataSource database) : IKeySetStore
{
    // An issuer that was removed in the meantime has no keys to keep.
    private const string Write = """
        INSERT INTO access.issuer_key_sets AS kept (issuer_id, place, keys, fetched_at)
        SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM access.token_issuers WHERE id = $1)
        ON CONFLICT (issuer_id) DO UPDATE SET place = EXCLUDED.place, keys = EXCLUDED.keys, fetched_at = EXCLUDED.fetched_at
        WHERE kept.fetched_at < EXCLUDED.fetched_at OR kept.place <> EXCLUDED.place
        """;

    public async Task<StoredKeySet?> ReadAsync(TokenIssuerId issuer, string place, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT keys, fetched_at FROM access.issuer_key_sets WHERE issuer_id = $1 AND place = $2");
        command.Parameters.AddWithValue(issuer.Value);
        command.Parameters.AddWithValue(place);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredKeySet(reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<DateTimeOffset>(1))
            : null;
    }

    public async Task WriteAsync(TokenIssuerId issuer, string place, StoredKeySet keys, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Write);
        command.Parameters.AddWithValue(issuer.Value);
        command.Parameters.AddWithValue(place);
        command.Parameters.AddWithValue(keys.Json);
        command.Parameters.AddWithValue(keys.FetchedAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Keeps nothing: for an issuer that has to be asked for each sign-in anyway.</summary>
internal sealed class NoKeySetStore : IKeySetStore
{
    public static readonly NoKeySetStore Instance = new();

    public Task<StoredKeySet?> ReadAsync(TokenIssuerId issuer, string place, CancellationToken cancellationToken) => Task.FromResult<StoredKeySet?>(null);

    public Task WriteAsync(TokenIssuerId issuer, string place, StoredKeySet keys, CancellationToken cancellationToken) => Task.CompletedTask;
}
