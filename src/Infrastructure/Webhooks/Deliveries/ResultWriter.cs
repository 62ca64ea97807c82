using System.Threading.Channels;
using DataHub.Domain.Webhooks.Deliveries;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// Writes results together: what has come when the last write is done, at most 64, and no later than 5 ms after the first. While the database is away
/// they wait in memory, with their slots; their leases decide whether they still count.
/// </summary>
internal sealed partial class ResultWriter(
    NpgsqlDataSource dataSource, EndpointBoard board, StateTurns turns, WebhookPartitions partitions, DeliveryTally tally, TimeProvider clock, ILogger<ResultWriter> logger) : BackgroundService
{
    private const int MostAtOnce = 64;
    private const int Writers = 2;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<DeliveryResult> _results = Channel.CreateUnbounded<DeliveryResult>(new UnboundedChannelOptions { SingleReader = false });

    /// <summary>Queues a result.</summary>
    /// <param name="result">The result.</param>
    /// <returns>True when it was written while the lease held.</returns>
    public Task<bool> WriteAsync(DeliveryResult result)
    {
        _results.Writer.TryWrite(result);
        return result.Written.Task;
    }

    /// <summary>No more results come: what waits is written, then the writers end.</summary>
    public void Complete() => _results.Writer.TryComplete();

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        // Ends when the results do, which is after the last attempt, not with the token.
        Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => RunAsync()));

    private async Task RunAsync()
    {
        var batch = new List<DeliveryResult>(MostAtOnce);
        while (await _results.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var began = clock.GetTimestamp();
            batch.Clear();
            while (batch.Count < MostAtOnce)
            {
                if (_results.Reader.TryRead(out var result))
                {
                    batch.Add(result);
                    continue;
                }

                if (batch.Count == 0 || clock.GetElapsedTime(began) >= Gather || board.InFlight <= batch.Count)
                {
                    break;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(1), clock, CancellationToken.None);
            }

            if (batch.Count > 0)
            {
                // In the order of their ids, so that writers never wait for each other in a circle.
                await WriteAsync([.. batch.OrderBy(r => r.Lease.Id.Value)]);
            }
        }
    }

    private async Task WriteAsync(IReadOnlyList<DeliveryResult> results)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                Tell(results, await turns.StoreAsync(states => StoreAsync(results, states)));
                return;
            }
            catch (Exception e)
            {
                if (e is PostgresException { SqlState: PostgresErrorCodes.CheckViolation })
                {
                    await TryMakePartitionsAsync(first: tries == 0); // A row found no partition.
                }
                else if (!Outage.Is(e))
                {
                    await WriteOneByOneAsync(results, e);
                    return;
                }

                if (tries == 0)
                {
                    LogWaiting(results.Count, e.Message);
                }

                // The leases of those that are given up have run out long ago; others deliver them.
                if (results.All(r => Expired(r.Lease)) && tries > 0)
                {
                    Tell(results, []);
                    return;
                }
            }

            await Task.Delay(RetryPause, clock, CancellationToken.None);
        }
    }

    // One of them is what the database refuses; without what its endpoint said it is taken.
    private async Task WriteOneByOneAsync(IReadOnlyList<DeliveryResult> results, Exception reason)
    {
        LogRefused(reason, results.Count);
        foreach (var result in results)
        {
            try
            {
                Tell([result], await StoreAsync([result], []));
            }
            catch (Exception)
            {
                try
                {
                    Tell([result], await StoreAsync([result with { Report = ResultSql.Bare(result.Report) }], []));
                }
                catch (Exception e)
                {
                    LogRefused(e, 1);
                    Tell([result], []);
                }
            }
        }
    }

    private async Task<HashSet<(Guid, long)>> StoreAsync(IReadOnlyList<DeliveryResult> results, IReadOnlyList<EndpointState> states)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliverySql.Relaxed));
        batch.BatchCommands.Add(ResultSql.Write(results));
        if (states.Count > 0)
        {
            batch.BatchCommands.Add(EndpointStateSql.Write([.. states.OrderBy(s => s.Id.Value)]));
        }

        var held = new HashSet<(Guid, long)>();
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            held.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }

        await reader.NextResultAsync(); // What fails behind the results, the commit too, is told here.
        return held;
    }

    private void Tell(IReadOnlyList<DeliveryResult> results, HashSet<(Guid, long)> held)
    {
        foreach (var result in results)
        {
            var inTime = held.Contains((result.Lease.Id.Value, result.Lease.Token));
            if (!inTime && result.Report is not null)
            {
                tally.CameLate();
            }
            else if (inTime && result.Kind == ResultKind.End)
            {
                tally.Ended(result.Outcome);
            }

            result.Written.TrySetResult(inTime);
        }
    }

    private bool Expired(DeliveryLease lease) => clock.GetTimestamp() > lease.EndsAt;

    private async Task TryMakePartitionsAsync(bool first)
    {
        try
        {
            await partitions.EnsureAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNoPartitions(first ? LogLevel.Warning : LogLevel.Debug, e.Message); // The next try makes them.
        }
    }

    [LoggerMessage(8010, LogLevel.Warning, "{Count} results of deliveries wait for the database: {Reason}")]
    private partial void LogWaiting(int count, string reason);

    [LoggerMessage(8011, LogLevel.Error, "The database refuses {Count} results of deliveries.")]
    private partial void LogRefused(Exception exception, int count);

    [LoggerMessage(EventId = 8012, Message = "Partitions for results of deliveries could not be made: {Reason}")]
    private partial void LogNoPartitions(LogLevel level, string reason);
}
