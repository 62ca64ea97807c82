using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Webhooks.Subscriptions;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>Reads what those who deliver have noted of endpoints.</summary>
internal sealed class EndpointStates(NpgsqlDataSource database) : IEndpointStates
{
    private const string Sql = """
        SELECT subscription_id, first_failure_at, failures, last_success_at, last_failure_at, greatest(not_before, open_until)
        FROM webhooks.endpoint_state WHERE subscription_id = ANY ($1)
        """;

    public async Task<IReadOnlyDictionary<SubscriptionId, EndpointState>> ReadAsync(IReadOnlyCollection<SubscriptionId> ids, CancellationToken cancellationToken)
    {
        var states = new Dictionary<SubscriptionId, EndpointState>();
        if (ids.Count == 0)
        {
            return states;
        }

        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(ids.Select(id => id.Value).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            states[new SubscriptionId(reader.GetGuid(0))] = new EndpointState(
                Instant(reader, 1), reader.IsDBNull(2) ? 0 : reader.GetInt32(2), Instant(reader, 3), Instant(reader, 4), Instant(reader, 5));
        }

        return states;
    }

    private static DateTimeOffset? Instant(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) || reader.GetDateTime(column) == DateTime.MinValue ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
