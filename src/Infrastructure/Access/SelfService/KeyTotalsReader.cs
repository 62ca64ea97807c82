using DataHub.Application.Access.SelfService;
using DataHub.Domain.Access.ApiKeys;
using Npgsql;

namespace DataHub.Infrastructure.Access.SelfService;

internal sealed class KeyTotalsReader(NpgsqlDataSource database) : IKeyTotals
{
    private const string Sql = """
        SELECT coalesce(sum(requests), 0)::bigint, coalesce(sum(limited), 0)::bigint, coalesce(sum(refused), 0)::bigint
        FROM access.key_hours WHERE api_key_id = $1 AND hour > $2
        """;

    public async Task<KeyTotals> ReadAsync(ApiKeyId id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(id.Value);
        command.Parameters.AddWithValue(now.UtcDateTime.AddHours(-24));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new KeyTotals(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
