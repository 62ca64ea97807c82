using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>What the aggregate and its use cases refuse.</summary>
public static class SubscriptionErrors
{
    /// <summary>No such subscription.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The subscription does not exist.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The subscription is not valid.");

    /// <summary>The state does not allow it.</summary>
    public static readonly DomainError Conflict = new(ErrorCodes.Conflict, "The subscription's state does not allow this.");

    /// <summary>The key's scopes do not cover a type.</summary>
    public static readonly DomainError InsufficientScope = new(ErrorCodes.InsufficientScope, "The key's scopes do not cover an event type.");
}
