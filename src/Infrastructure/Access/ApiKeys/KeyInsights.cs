using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Reads what the writers and the health computation have left, for a page of keys at a time.</summary>
internal sealed class KeyInsights(NpgsqlDataSource database) : IKeyInsights
{
    private const string Sql = """
        SELECT api_key_id, version, requests FROM access.key_secret_uses WHERE api_key_id = ANY ($1);
        SELECT api_key_id, version, address, requests, last_at FROM access.key_secret_addresses WHERE api_key_id = ANY ($1) ORDER BY last_at DESC;
        SELECT api_key_id, code, message, since FROM access.key_health WHERE api_key_id = ANY ($1) ORDER BY code;
        """;

    public async Task<IReadOnlyDictionary<ApiKeyId, KeyInsight>> ReadAsync(IReadOnlyCollection<ApiKeyId> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return new Dictionary<ApiKeyId, KeyInsight>();
        }

        var ids = keys.Select(k => k.Value).ToArray();
        await using var batch = database.CreateBatch();
        foreach (var statement in Sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var command = new NpgsqlBatchCommand(statement);
            command.Parameters.AddWithValue(ids);
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var requests = await ReadAsync(reader, r => (Key: r.GetGuid(0), Version: r.GetInt32(1), Requests: r.GetInt64(2)), cancellationToken);
        var addresses = await ReadAsync(
            reader,
            r => (Key: r.GetGuid(0), Version: r.GetInt32(1), Address: new SecretAddress(r.GetString(2), r.GetInt64(3), r.GetFieldValue<DateTimeOffset>(4))),
            cancellationToken);
        var findings = await ReadAsync(reader, r => (Key: r.GetGuid(0), Finding: FindingOf(r)), cancellationToken);
        return ids.Distinct().ToDictionary(id => new ApiKeyId(id), id => new KeyInsight(
            [.. from use in requests
                where use.Key == id
                select new ReplacedSecretUse(use.Version, use.Requests, [.. addresses.Where(a => a.Key == id && a.Version == use.Version).Select(a => a.Address).Take(KeyInsight.MaxAddresses)])],
            [.. findings.Where(f => f.Key == id && f.Finding is not null).Select(f => f.Finding!)]));
    }

    // Results come in the order of the statements.
    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        await reader.NextResultAsync(cancellationToken);
        return rows;
    }

    private static KeyHealthFinding? FindingOf(NpgsqlDataReader reader) =>
        KeyHealthWords.TryParse(reader.GetString(1), out var code) ? new KeyHealthFinding(code, reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)) : null;
}

/// <summary>The words of the findings in the store, as on the wire.</summary>
internal static class KeyHealthWords
{
    private static readonly Dictionary<KeyHealthCode, string> Words = new()
    {
        [KeyHealthCode.ExpiresSoon] = "expires-soon",
        [KeyHealthCode.NeverUsed] = "never-used",
        [KeyHealthCode.Unused] = "unused",
        [KeyHealthCode.OftenLimited] = "often-limited",
        [KeyHealthCode.ManyRefusals] = "many-refusals",
        [KeyHealthCode.NewNetwork] = "new-network",
        [KeyHealthCode.Spike] = "spike",
    };

    public static string Of(KeyHealthCode code) => Words[code];

    public static bool TryParse(string word, out KeyHealthCode code)
    {
        foreach (var (known, text) in Words)
        {
            if (text == word)
            {
                code = known;
                return true;
            }
        }

        code = default;
        return false;
    }
}
