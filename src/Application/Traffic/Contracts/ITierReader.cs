namespace DataHub.Application.Traffic.Contracts;

/// <summary>Reads all tiers for the gateway snapshot.</summary>
public interface ITierReader
{
    /// <summary>All tiers of all tenants, by name; <see cref="TierDocument.IsFor"/> tells who may refer to one.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<TierDocument>> ReadAllAsync(CancellationToken cancellationToken);
}
