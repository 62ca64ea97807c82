using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.Contracts;

/// <summary>What the request path knows of a consumer that a token names. Immutable but for <see cref="Outdated"/>.</summary>
public sealed class ConsumerRecord
{
    private volatile bool _outdated;

    /// <summary>The consumer.</summary>
    public required ConsumerId Id { get; init; }

    /// <summary>The printed id, made once.</summary>
    public required string IdText { get; init; }

    /// <summary>The name; may hold any letter: encode it before it goes into a header.</summary>
    public required string Name { get; init; }

    /// <summary>True while it is suspended.</summary>
    public required bool Suspended { get; init; }

    /// <summary>Its tier; null for the default tier.</summary>
    public required RateLimitTierId? TierId { get; init; }

    /// <summary>True once a change was announced that this record may not show: ask again.</summary>
    public bool Outdated => _outdated;

    /// <summary>Notes that the consumer has changed.</summary>
    public void Outdate() => _outdated = true;
}

/// <summary>How a look-up of a consumer ended.</summary>
/// <param name="Available">False: the store is away and memory does not know.</param>
/// <param name="Consumer">The consumer; null when there is none.</param>
public readonly record struct ConsumerLookup(bool Available, ConsumerRecord? Consumer);

/// <summary>Finds consumers that tokens name: in memory, else in PostgreSQL. What is remembered is forgotten when the consumer changes.</summary>
public interface IConsumerDirectory
{
    /// <summary>The consumer of this name or id.</summary>
    /// <param name="tenant">Whose consumers are looked at.</param>
    /// <param name="match">What the text is.</param>
    /// <param name="text">Name or printed id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Never throws for a store that is away.</returns>
    ValueTask<ConsumerLookup> FindAsync(TenantId tenant, ConsumerMatch match, string text, CancellationToken cancellationToken);
}
