using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>How a node decides over a counter by itself.</summary>
/// <param name="Units">Units that must fit.</param>
/// <param name="Charge">Units that an admitted request is charged: the cost once for every node.</param>
/// <param name="Reserved">Units that the other nodes may have taken since the store last told.</param>
/// <param name="Ceiling">Most units that may be counted here after the decision.</param>
internal readonly record struct ShareTerms(double Units, double Charge, double Reserved, double Ceiling)
{
    /// <summary>There are no other nodes.</summary>
    public static ShareTerms Alone(CompiledLimit limit) => new(limit.Cost, limit.Cost, 0, double.PositiveInfinity);

    /// <summary>Nothing was told: the whole limit is dealt out by rank, and opens with time.</summary>
    public static ShareTerms Dealt(CompiledLimit limit, in NodeShare share)
    {
        var units = (share.Rank + 1.0) * limit.Cost;
        return new ShareTerms(units, (double)limit.Cost * share.Nodes, 0, Math.Max(units, limit.Limit * share.Opened));
    }

    /// <summary>
    /// The store told what was left: this node takes no more than that ÷ nodes, rounded down, since the others were told more or less than
    /// that at other moments. Of what each was told in turn, such parts add up to what was left at the end.
    /// </summary>
    public static ShareTerms OfTheRest(CompiledLimit limit, in NodeShare share, double reserved)
    {
        var units = (double)limit.Cost * share.Nodes;
        return new ShareTerms(units, units, reserved, double.PositiveInfinity);
    }

    /// <summary>Whether a request fits; for an advanced count.</summary>
    public bool Fits(CompiledLimit limit, in CounterState state, long now) =>
        LimitReader.Fits(limit, state, now, Units + Reserved) && state.Current + Units <= Ceiling;

    /// <summary>The count as the caller is told of it.</summary>
    public CounterState Shown(CompiledLimit limit, in CounterState state)
    {
        var shown = state;
        if (Reserved > 0 && limit.Algorithm != RateLimitAlgorithm.SlidingLog)
        {
            shown.Current = Math.Max(shown.Current, Math.Min(limit.Limit, shown.Current + Reserved));
        }

        return shown;
    }
}
