using DataHub.Application.Traffic.Contracts;
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
    private static readonly TimeSpan BatchTimeout = TimeSpan.FromMilliseconds(500);

    private readonly RedisScript _script = new("merge.lua");
    private string? _incarnation;

    public async Task RunAsync(IDatabase database, CancellationToken cancellationToken)
    {
        await nodes.BeatAsync(database, leaving: false).WaitAsync(BatchTimeout, memory.Clock.Provider, cancellationToken);
        var found = await IncarnationAsync(database).WaitAsync(BatchTimeout, memory.Clock.Provider, cancellationToken);
        if (_incarnation is not null && _incarnation != found)
        {
            foreach (var batch in memory.Table.All.Chunk(Batch))
            {
                await TellKnownAsync(database, batch, cancellationToken);
            }
        }

        // Not before all of it was told: a try that failed half-way is followed by another one.
        _incarnation = found;
        memory.Owes = false;
        foreach (var batch in Owing())
        {
            await TellOwedAsync(database, batch, cancellationToken);
        }
    }

    /// <summary>Tells what is owed, if the store answers.</summary>
    public async Task TellOwedAsync(CancellationToken cancellationToken)
    {
        if (!memory.Owes || !connection.IsAvailable)
        {
            return;
        }

        memory.Owes = false;
        foreach (var batch in Owing())
        {
            // A call for each batch: a call that lasts as long as all of them would look like a store that does not answer.
            var reply = await connection.CallAsync((Reconciler: this, batch, cancellationToken), static async (database, call) =>
            {
                await call.Reconciler.TellOwedAsync(database, call.batch, call.cancellationToken);
                return true;
            });
            if (!reply.Answered)
            {
                memory.Owes = true;
                return;
            }
        }
    }

    private IEnumerable<CounterCell[]> Owing() => memory.Table.All.Where(cell => cell.Owes).Chunk(Batch);

    // A mark that nothing else writes: gone, or another one, means that the counters are gone as well.
    private async Task<string?> IncarnationAsync(IDatabase database)
    {
        RedisKey key = $"{connection.KeyPrefix}rl:incarnation";
        await database.StringSetAsync(key, Guid.CreateVersion7(memory.Clock.Provider.GetUtcNow()).ToString("N"), when: When.NotExists);
        return await database.StringGetAsync(key);
    }

    // What is owed is left out: so it may be told any number of times, and the store still counts it once.
    private Task TellKnownAsync(IDatabase database, CounterCell[] cells, CancellationToken cancellationToken)
    {
        var told = new List<Count>();
        foreach (var cell in cells)
        {
            lock (cell)
            {
                if (cell.Limit is { } limit && !cell.Dead)
                {
                    var owed = cell.OwedAt(limit, memory.Clock.NowMicros);
                    told.Add(new Count(cell.Key, limit, cell.State.At, Known: cell.State.Current - owed.Charge, Units: 0));
                }
            }
        }

        return MergeAsync(database, told.FindAll(c => c.Known > 0), cancellationToken);
    }

    private async Task TellOwedAsync(IDatabase database, CounterCell[] cells, CancellationToken cancellationToken)
    {
        var told = new List<Count>();
        var taken = new List<(CounterCell Cell, OwedUnits Owed)>();
        foreach (var cell in cells)
        {
            lock (cell)
            {
                if (cell.Limit is { } limit && !cell.Dead)
                {
                    var owed = cell.TakeOwed(limit, memory.Clock.NowMicros);
                    taken.Add((cell, owed));
                    told.Add(new Count(cell.Key, limit, cell.State.At, Known: 0, owed.Units));
                }
            }
        }

        try
        {
            await MergeAsync(database, told, cancellationToken);
        }
        catch
        {
            // Not told: still owed at the next try. Told without an answer: told twice, which admits less, never more.
            foreach (var (cell, owed) in taken)
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

    private async Task MergeAsync(IDatabase database, List<Count> counts, CancellationToken cancellationToken)
    {
        // The keys of one call to a cluster must lie in one slot; the calls go out together.
        var calls = counts.Chunk(connection.IsCluster ? 1 : Batch).Select(part => _script.EvaluateAsync(
            database, [.. part.Select(c => limits.KeyOf(c.Key))], [.. part.SelectMany(c => c.Values)]));
        await Task.WhenAll(calls).WaitAsync(BatchTimeout, memory.Clock.Provider, cancellationToken);
    }

    private readonly record struct Count(CounterKey Key, CompiledLimit Limit, long At, double Known, double Units)
    {
        public RedisValue[] Values => [(int)Limit.Algorithm, Limit.WindowMicros, Limit.Limit, At, Known, Units];
    }
}
