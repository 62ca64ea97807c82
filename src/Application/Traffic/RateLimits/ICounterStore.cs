using DataHub.Application.Traffic.Contracts;

namespace DataHub.Application.Traffic.RateLimits;

/// <summary>How a store answered.</summary>
public enum CounterVerdict : byte
{
    /// <summary>Every limit was charged; the readings are filled.</summary>
    Allowed = 0,

    /// <summary>An enforced limit refused; nothing was charged; the readings are filled.</summary>
    Denied = 1,

    /// <summary>The store is away or too slow; nothing is known.</summary>
    Unavailable = 2,
}

/// <summary>Holds the counts behind the limits and decides over all limits of one request at once.</summary>
/// <remarks>
/// All limits are charged or none. A refused request is never charged. A shadow limit that would refuse is not charged and does not
/// refuse. What each algorithm promises stands with <see cref="SlidingWindow"/>, <see cref="TokenBucket"/> and in the decision log.
/// </remarks>
public interface ICounterStore
{
    /// <summary>Decides over the limits of the evaluation's tier and fills its readings.</summary>
    /// <param name="evaluation">The request; its tier has at least one limit.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The verdict; never faults for a store that is away.</returns>
    ValueTask<CounterVerdict> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken);
}

/// <summary>The counts of this node, in memory: all of them in local mode, the node's share while the shared store is away.</summary>
public interface ILocalCounters : ICounterStore
{
    /// <summary>Decides from memory.</summary>
    /// <param name="evaluation">The request; its tier has at least one limit.</param>
    /// <param name="share">
    /// This node's part of the limits. A request is charged its cost once for every node, on the supposition that the others admit as
    /// many, and it must fit as if the nodes of lower rank had been there first: all shares together are the limit.
    /// </param>
    /// <returns><see cref="CounterVerdict.Allowed"/> or <see cref="CounterVerdict.Denied"/>.</returns>
    CounterVerdict Decide(RateLimitEvaluation evaluation, in NodeShare share);
}

/// <summary>The counts that all nodes share.</summary>
public interface ISharedCounters : ICounterStore
{
    /// <summary>The part of the limits that this node decides over while the shared counts are away.</summary>
    NodeShare Share { get; }
}

/// <summary>The stores that this node decides with, as configured.</summary>
/// <param name="Local">The counts of this node.</param>
/// <param name="Shared">The counts of all nodes; null in local mode.</param>
public sealed record CounterStores(ILocalCounters Local, ISharedCounters? Shared);
