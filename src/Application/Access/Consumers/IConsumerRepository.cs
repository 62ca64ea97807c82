using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.Consumers;

/// <summary>Keeps consumers. Changes are saved by the transaction of the command.</summary>
public interface IConsumerRepository
{
    /// <summary>Loads a consumer for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<Consumer?> FindAsync(ConsumerId id, CancellationToken cancellationToken);

    /// <summary>Whether another consumer has a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="except">The consumer that may have it.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<bool> IsNameTakenAsync(string name, ConsumerId except, CancellationToken cancellationToken);

    /// <summary>Adds a consumer.</summary>
    /// <param name="consumer">The new consumer.</param>
    void Add(Consumer consumer);

    /// <summary>Removes a consumer that has no keys.</summary>
    /// <param name="consumer">A loaded consumer.</param>
    void Remove(Consumer consumer);
}

/// <summary>What a list of consumers is narrowed to; null members do not narrow.</summary>
/// <param name="Segment">Where they stand.</param>
/// <param name="Suspended">Whether they are suspended.</param>
/// <param name="TierId">Their tier.</param>
public sealed record ConsumerFilter(ConsumerSegment? Segment, bool? Suspended, RateLimitTierId? TierId);

/// <summary>Reads pages of consumers.</summary>
public interface IConsumerList
{
    /// <summary>Fields that the list can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt", "name"];

    /// <summary>One page.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<ConsumerDocument>> ListAsync(ConsumerFilter filter, ListRequest list, CancellationToken cancellationToken);
}
