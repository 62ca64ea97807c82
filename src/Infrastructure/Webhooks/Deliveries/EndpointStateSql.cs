using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Keeps what dispatchers know of endpoints.</summary>
internal static class EndpointStateSql
{
    private const string Upsert = """
        INSERT INTO webhooks.endpoint_state AS s (subscription_id, not_before, open_until, failures_since, first_failure_at, last_success_at, last_failure_at, consecutive_opens, failures, breaker_state, warned)
        SELECT id, not_before, open_until, first_failure_at, first_failure_at, last_success_at, last_failure_at, consecutive_opens, failures, breaker_state, warned
        FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::integer[], $8::integer[], $9::smallint[], $10::smallint[])
            AS n(id, not_before, open_until, first_failure_at, last_success_at, last_failure_at, consecutive_opens, failures, breaker_state, warned)
        ORDER BY id
        ON CONFLICT (subscription_id) DO UPDATE SET
            not_before = excluded.not_before, open_until = excluded.open_until, failures_since = excluded.failures_since, first_failure_at = excluded.first_failure_at,
            last_success_at = excluded.last_success_at, last_failure_at = excluded.last_failure_at, consecutive_opens = excluded.consecutive_opens,
            failures = excluded.failures, breaker_state = excluded.breaker_state, warned = excluded.warned
        """;

    private const string Select = """
        SELECT subscription_id, not_before, open_until, first_failure_at, last_success_at, last_failure_at, consecutive_opens, failures, breaker_state, warned
        FROM webhooks.endpoint_state WHERE subscription_id = ANY($1)
        """;

    /// <summary>The statement that stores some states.</summary>
    /// <param name="states">The states.</param>
    public static NpgsqlBatchCommand Write(IReadOnlyList<EndpointState> states)
    {
        var command = new NpgsqlBatchCommand(Upsert);
        Add(states.Select(s => s.Id.Value).ToArray());
        Add(states.Select(s => s.NotBefore).ToArray());
        Add(states.Select(s => s.Breaker.OpenUntil).ToArray());
        Add(states.Select(s => s.Health.FirstFailureAt).ToArray());
        Add(states.Select(s => s.Health.LastSuccessAt).ToArray());
        Add(states.Select(s => s.Health.LastFailureAt).ToArray());
        Add(states.Select(s => s.Breaker.ConsecutiveOpens).ToArray());
        Add(states.Select(s => s.Health.Failures).ToArray());
        Add(states.Select(s => (short)s.Breaker.Phase).ToArray());
        Add(states.Select(s => (short)s.Health.Warned).ToArray());
        return command;

        void Add(object value) => command.Parameters.Add(new NpgsqlParameter { Value = value });
    }

    /// <summary>Reads what is stored of some endpoints.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="ids">Which ones.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<IReadOnlyList<EndpointState>> ReadAsync(NpgsqlDataSource dataSource, IReadOnlyList<SubscriptionId> ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Select);
        command.Parameters.Add(new NpgsqlParameter { Value = ids.Select(i => i.Value).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var states = new List<EndpointState>();
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add(new EndpointState(
                new SubscriptionId(reader.GetGuid(0)),
                At(reader, 1),
                new BreakerState((BreakerPhase)reader.GetInt16(8), At(reader, 2), reader.GetInt32(6)),
                new EndpointHealth(At(reader, 3), At(reader, 5), At(reader, 4), reader.GetInt32(7), reader.GetInt16(9))));
        }

        return states;
    }

    private static DateTimeOffset? At(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
