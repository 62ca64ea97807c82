using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Application.Webhooks.Scopes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>The subscriptions that the caller may see: an administrator those of the tenant, the holder of a key its own.</summary>
internal sealed class OwnSubscriptions(ISubscriptionRepository subscriptions, IKeyStandings keys, IEventTypeRegistry types, WriteContext write, TimeProvider clock)
{
    /// <summary>The key of a holder; null for everybody else.</summary>
    public ApiKeyId? Key => write.Actor.Kind != ActorKind.ApiKey ? null : EntityId.TryParse<ApiKeyId>(write.Actor.Id, out var id) ? id : default(ApiKeyId);

    /// <summary>Loads one; what is not the caller's is not there.</summary>
    /// <exception cref="DomainException"><see cref="SubscriptionErrors.NotFound"/>.</exception>
    public async Task<Subscription> FindAsync(SubscriptionId id, CancellationToken cancellationToken) =>
        await subscriptions.FindAsync(id, cancellationToken) is { } found && MaySee(found.KeyId) ? found : throw new DomainException(SubscriptionErrors.NotFound, $"There is no subscription {id}.");

    /// <summary>Whether the caller may see what belongs to a key.</summary>
    public bool MaySee(ApiKeyId? key) => write.Actor.Kind != ActorKind.ApiKey || (key is not null && key == Key);

    /// <summary>Refuses types that the scopes of a key do not cover.</summary>
    /// <param name="key">The key that bounds the subscription; null: nothing does.</param>
    /// <param name="eventTypes">Types and wildcards.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The key as it stands; null without one.</returns>
    public async Task<KeyStanding?> EnsureCoveredAsync(ApiKeyId? key, IReadOnlyList<string> eventTypes, CancellationToken cancellationToken)
    {
        if (key is not { } id)
        {
            return null;
        }

        var standing = (await keys.ReadAsync([id], cancellationToken)).FirstOrDefault(s => s.Tenant == write.Tenant)
            ?? throw new DomainException(SubscriptionErrors.Invalid, $"There is no key {id}.", "/keyId");
        if (!standing.Usable || standing.ExpiresAt <= clock.GetUtcNow())
        {
            throw new DomainException(SubscriptionErrors.Invalid, "The key is revoked, disabled or expired.", "/keyId");
        }

        var registered = await types.ReadAsync(write.Tenant, cancellationToken);
        var faults = new List<DomainFault>();
        for (var i = 0; i < eventTypes.Count; i++)
        {
            if (EventScopeRule.Missing(standing.Scopes, eventTypes[i], registered.Find(eventTypes[i])?.Scope) is { } missing)
            {
                faults.Add(new DomainFault($"/eventTypes/{i}", ErrorCodes.InsufficientScope, missing));
            }
        }

        return faults.Count == 0 ? standing : throw new DomainException(SubscriptionErrors.InsufficientScope, faults);
    }
}
