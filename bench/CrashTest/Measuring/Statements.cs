using Npgsql;

namespace DataHub.Bench.CrashTest.Measuring;

/// <summary>What the gateway's own statements took in the server, by <c>pg_stat_statements</c>.</summary>
internal sealed class Statements(NpgsqlDataSource database)
{
    private static readonly (string Name, string Like)[] Watched =
    [
        ("look for what is due", "WITH RECURSIVE heads%"),
        ("claim", "WITH lease AS MATERIALIZED%least(e.most%"),
        ("take back leases", "WITH expired AS MATERIALIZED%"),
        ("write results", "WITH r AS MATERIALIZED%"),
        ("count what waits", "SELECT%FROM webhooks.deliveries%fan_out%count%"),
        ("take events to fan out", "SELECT f.event_id%"),
    ];

    public async Task BeginAsync()
    {
        await using var command = database.CreateCommand("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()");
        await command.ExecuteNonQueryAsync();
    }

    public async Task ReportAsync(Figures figures, string part, string when)
    {
        foreach (var (name, like) in Watched)
        {
            await using var command = database.CreateCommand(
                "SELECT sum(calls)::float8, sum(total_exec_time) / sum(calls), max(max_exec_time) FROM pg_stat_statements WHERE query LIKE $1 HAVING sum(calls) > 0");
            command.Parameters.AddWithValue(like);
            await using var reader = await command.ExecuteReaderAsync();
            if (await reader.ReadAsync())
            {
                figures.Add(part, $"{when}: {name}, mean", reader.GetDouble(1), "ms");
                figures.Add(part, $"{when}: {name}, worst", reader.GetDouble(2), "ms");
            }
        }
    }
}
