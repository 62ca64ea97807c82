using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// Counts in memory. A request takes the locks of all its cells in the order of their sequence numbers, so that two requests can never
/// wait for each other, decides, charges all or none, and lets go: no allocation, no wait but for the locks.
/// </summary>
internal sealed class MemoryCounterStore(CounterClock clock, int capacity) : ILocalCounters, IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    private readonly CounterCellTable _table = new(capacity);
    private ITimer? _sweeper;
    private volatile bool _owes;

    public int Count => _table.Count;

    public CounterClock Clock => clock;

    public CounterCellTable Table => _table;

    /// <summary>True when something was charged here since it was last set to false.</summary>
    public bool Owes
    {
        get => _owes;
        set => _owes = value;
    }

    /// <summary>Begins to remove spent counters every ten seconds.</summary>
    public void StartSweeping() => _sweeper ??= clock.Provider.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);

    public void Sweep() => _table.Sweep(clock.NowMicros);

    public void Dispose() => _sweeper?.Dispose();

    public ValueTask<CounterVerdict> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken) => new(Decide(evaluation, NodeShare.Whole));

    public CounterVerdict Decide(RateLimitEvaluation evaluation, in NodeShare share)
    {
        var limits = evaluation.Tier.Compiled;
        evaluation.Count = limits.Length;
        var buffer = default(CellBuffer);
        Span<CounterCell> cells = buffer;
        cells = cells[..limits.Length];
        Span<byte> order = stackalloc byte[limits.Length];
        while (true)
        {
            Find(evaluation, limits, cells, order);
            var held = 0;
            try
            {
                var alive = true;
                for (; held < order.Length; held++)
                {
                    Monitor.Enter(cells[order[held]]);
                    alive &= !cells[order[held]].Dead;
                }

                if (alive)
                {
                    return Decide(evaluation, limits, cells, share);
                }
            }
            finally
            {
                while (held > 0)
                {
                    Monitor.Exit(cells[order[--held]]);
                }
            }
        }
    }

    /// <summary>Takes over a count that the shared store told.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="key">The counter.</param>
    /// <param name="state">The count.</param>
    /// <param name="now">The store's clock of the answer.</param>
    /// <param name="own">Units of it that this node took with the call; negative when it gave some back.</param>
    public void Learn(CompiledLimit limit, in CounterKey key, in CounterState state, long now, double own)
    {
        while (true)
        {
            var cell = _table.Find(key);
            lock (cell)
            {
                if (!cell.Dead)
                {
                    cell.Learn(limit, state, now, own);
                    return;
                }
            }
        }
    }

    private void Find(RateLimitEvaluation evaluation, ReadOnlySpan<CompiledLimit> limits, Span<CounterCell> cells, Span<byte> order)
    {
        for (var i = 0; i < limits.Length; i++)
        {
            cells[i] = _table.Find(CounterKey.Of(limits[i], evaluation));

            // Insertion sort: at most eight, and mostly in order already.
            var place = i;
            for (; place > 0 && cells[order[place - 1]].Sequence > cells[i].Sequence; place--)
            {
                order[place] = order[place - 1];
            }

            order[place] = (byte)i;
        }
    }

    private CounterVerdict Decide(RateLimitEvaluation evaluation, ReadOnlySpan<CompiledLimit> limits, ReadOnlySpan<CounterCell> cells, in NodeShare share)
    {
        // Read under the locks, so that time never runs backwards within a cell.
        var now = clock.NowMicros;
        var allowed = true;
        var owes = false;
        evaluation.RetryAfterSeconds = 0;
        Span<ShareTerms> terms = stackalloc ShareTerms[limits.Length];
        for (var i = 0; i < limits.Length; i++)
        {
            var limit = limits[i];
            terms[i] = cells[i].TermsOf(limit, now, share);
            cells[i].Used = true;
            cells[i].Advance(limit, now, terms[i].Units);
            var fits = terms[i].Fits(limit, cells[i].State, now);
            evaluation[i].Denied = !fits;
            allowed &= fits || limit.Shadow;
        }

        for (var i = 0; i < limits.Length; i++)
        {
            if (allowed && !evaluation[i].Denied)
            {
                cells[i].Charge(limits[i], now, terms[i].Units, terms[i].Charge);
                cells[i].Owe(limits[i], now, terms[i].Charge);
                owes = true;
            }

            LimitReader.Read(evaluation, i, terms[i].Shown(limits[i], cells[i].State), now, evaluation[i].Denied, terms[i].Units, terms[i].Charge);
        }

        if (owes && !_owes)
        {
            _owes = true;
        }

        return allowed ? CounterVerdict.Allowed : CounterVerdict.Denied;
    }
}
