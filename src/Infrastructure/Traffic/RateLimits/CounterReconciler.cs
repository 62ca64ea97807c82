using DataHub.Infrastructure.Redis;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// Runs when Redis comes back, before requests use it: tells it what this node admitted alone, and, where Redis lost its data, what it
/// had told this node before. Without that a limit could be spent once more after every outage. Requests that were decided alone at the
/// very moment of its return are told a little later.
/// </summary>
internal sealed class CounterReconciler(MemoryCounterStore memory, RedisLimitScript limits, IRedisConnection connection, NodeRegistry nodes)
{
    private const int Batch = 128;
    private const int MaxCells = 50_000;
    private static readonly TimeSpan BatchTimeout = TimeSpan.FromMilliseconds(500);

    private readonly RedisScript _script = new("merge.lua");
    private string? _incarnation;

    public async Task RunAsync(IDatabase database, CancellationToken cancellationToken)
    {
        await nodes.BeatAsync(database, leaving: false).WaitAsync(BatchTimeout, memory.Clock.Provider, cancellationToken);
        var lost = await HasLostItsDataAsync(database).WaitAsync(BatchTimeout, memory.Clock.Provider, cancellationToken);
        await TellAsync(database, everything: lost, cancellationToken);
    }

    /// <summary>Tells what is owed, if the store answers.</summary>
    public async Task TellOwedAsync(CancellationToken cancellationToken)
    {
        if (memory.Owes && connection.IsAvailable)
        {
            await connection.CallAsync((Reconciler: this, cancellationToken), static async (database, call) =>
            {
                await call.Reconciler.TellAsync(database, everything: false, call.cancellationToken);
                return true;
            });
        }
    }

    private async Task TellAsync(IDatabase database, bool everything, CancellationToken cancellationToken)
    {
        memory.Owes = false;
        foreach (var batch in memory.Table.All.Where(cell => everything || cell.Owes).Take(MaxCells).Chunk(connection.IsCluster ? 1 : Batch))
        {
            await MergeAsync(database, batch, everything, cancellationToken);
        }
    }

    // A mark that nothing else writes: gone, or another one, means that the counters are gone as well.
    private async Task<bool> HasLostItsDataAsync(IDatabase database)
    {
        RedisKey key = $"{connection.KeyPrefix}rl:incarnation";
        await database.StringSetAsync(key, Guid.CreateVersion7(memory.Clock.Provider.GetUtcNow()).ToString("N"), when: When.NotExists);
        string? found = await database.StringGetAsync(key);
        var lost = _incarnation is not null && _incarnation != found;
        _incarnation = found;
        return lost;
    }

    private async Task MergeAsync(IDatabase database, CounterCell[] cells, bool lost, CancellationToken cancellationToken)
    {
        var keys = new List<RedisKey>();
        var values = new List<RedisValue>();
        var told = new List<(CounterCell Cell, OwedUnits Owed)>();
        foreach (var cell in cells)
        {
            lock (cell)
            {
                if (cell.Limit is not { } limit || cell.Dead)
                {
                    continue;
                }

                // A log is brought up to date by advancing it: entries that are over do not count.
                var now = memory.Clock.NowMicros;
                cell.Advance(limit, now, limit.Cost);
                var owed = cell.TakeOwed(limit, now);
                var known = lost ? Math.Max(0, cell.State.Current - owed.Charge) : 0;
                told.Add((cell, owed));
                keys.Add(limits.KeyOf(cell.Key));
                values.AddRange([(int)limit.Algorithm, limit.WindowMicros, limit.Limit, cell.State.At, known, owed.Units]);
            }
        }

        if (keys.Count == 0)
        {
            return;
        }

        try
        {
            await _script.EvaluateAsync(database, [.. keys], [.. values]).WaitAsync(BatchTimeout, memory.Clock.Provider, cancellationToken);
        }
        catch
        {
            // Not told: still owed at the next try. Told without an answer: told twice, which admits less, never more.
            foreach (var (cell, owed) in told)
            {
                lock (cell)
                {
                    cell.OweAgain(owed);
                }
            }

            memory.Owes = true;
            throw;
        }
    }
}
