using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>What is kept of a secret that signs. Several can be valid at once; every valid one signs.</summary>
/// <param name="Number">Counts the secrets of a subscription, from 1; never used again.</param>
/// <param name="Sealed">The encrypted secret.</param>
/// <param name="CreatedAt">UTC instant of its making.</param>
/// <param name="ValidUntil">UTC instant from which it signs no more; null for the current one.</param>
[Masked]
public sealed record SubscriptionSecret(int Number, byte[] Sealed, DateTimeOffset CreatedAt, DateTimeOffset? ValidUntil)
{
    /// <summary>Whether it signs at an instant.</summary>
    /// <param name="now">UTC instant.</param>
    public bool IsValidAt(DateTimeOffset now) => ValidUntil is not { } end || end > now;
}
