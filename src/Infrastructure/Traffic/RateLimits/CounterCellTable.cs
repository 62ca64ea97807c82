using System.Collections.Concurrent;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// All cells of the node, bounded. Spent ones are swept; beyond the bound the ones that were not used for longest go first (CLOCK: a
/// queue in order of creation, and a second chance for whoever was used since), so a flood of new addresses pushes out itself.
/// </summary>
internal sealed class CounterCellTable(int capacity)
{
    private const int MaxChances = 32;

    private readonly ConcurrentDictionary<CounterKey, CounterCell> _cells = new();
    private readonly ConcurrentQueue<CounterCell> _order = new();
    private long _sequence;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IEnumerable<CounterCell> All => _cells.Select(pair => pair.Value);

    public CounterCell Find(in CounterKey key) => _cells.TryGetValue(key, out var cell) ? cell : Add(key);

    /// <summary>Removes every spent cell.</summary>
    /// <param name="now">Microseconds since the epoch.</param>
    public void Sweep(long now)
    {
        for (var left = _order.Count; left > 0 && _order.TryDequeue(out var cell); left--)
        {
            lock (cell)
            {
                cell.Used = false;
                cell.Dead |= cell.IsSpent(now);
            }

            Keep(cell);
        }
    }

    private CounterCell Add(in CounterKey key)
    {
        var added = new CounterCell(key, Interlocked.Increment(ref _sequence));
        var cell = _cells.GetOrAdd(key, added);
        if (ReferenceEquals(cell, added))
        {
            _order.Enqueue(added);
            if (Interlocked.Increment(ref _count) > capacity)
            {
                Evict();
            }
        }

        return cell;
    }

    private void Evict()
    {
        for (var chances = MaxChances; chances > 0 && _order.TryDequeue(out var cell); chances--)
        {
            lock (cell)
            {
                cell.Dead |= !cell.Used || chances == 1;
                cell.Used = false;
            }

            if (!Keep(cell))
            {
                return;
            }
        }
    }

    private bool Keep(CounterCell cell)
    {
        if (!cell.Dead)
        {
            _order.Enqueue(cell);
            return true;
        }

        _cells.TryRemove(KeyValuePair.Create(cell.Key, cell));
        Interlocked.Decrement(ref _count);
        return false;
    }
}
