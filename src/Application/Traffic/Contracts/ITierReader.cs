namespace DataHub.Application.Traffic.Contracts;

/// <summary>Reads all tiers for the gateway snapshot.</summary>
public interface ITierReader
{
    /// <summary>All tiers, by name.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<TierDocument>> ReadAllAsync(CancellationToken cancellationToken);
}
