using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

internal sealed class KeyStandings(NpgsqlDataSource database) : IKeyStandings
{
    private const string Sql = """
        SELECT k.id, k.tenant_id, k.consumer_id, k.disabled_at IS NULL AND k.revoked_at IS NULL AND c.suspended_at IS NULL, k.expires_at, k.scopes
        FROM access.api_keys k JOIN access.consumers c ON c.id = k.consumer_id WHERE k.id = ANY ($1)
        """;

    public async Task<IReadOnlyList<KeyStanding>> ReadAsync(IReadOnlyCollection<ApiKeyId> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(ids.Select(id => id.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<KeyStanding>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new KeyStanding(
                new ApiKeyId(reader.GetGuid(0)), new TenantId(reader.GetGuid(1)), new ConsumerId(reader.GetGuid(2)), reader.GetBoolean(3),
                await reader.IsDBNullAsync(4, cancellationToken) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(4, cancellationToken),
                new ScopeGrant(reader.GetFieldValue<string[]>(5))));
        }

        return found;
    }
}
