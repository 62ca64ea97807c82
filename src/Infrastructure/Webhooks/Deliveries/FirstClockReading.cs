using DataHub.Application.Abstractions;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Reads the database's clock before anything is sent; from then on each look at the queue does.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="now">Takes it in.</param>
internal sealed class FirstClockReading(NpgsqlDataSource dataSource, DatabaseClock now) : IStartupTask
{
    /// <summary>With the tables of deliveries.</summary>
    public int Order => 5;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT clock_timestamp()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        now.Set(reader.GetFieldValue<DateTimeOffset>(0));
    }
}
