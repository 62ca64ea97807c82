using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Makes a subscription. Its first secret is in the result and nowhere else.</summary>
/// <param name="Input">What is set.</param>
/// <param name="KeyId">The key whose scopes bound it; null: nothing does. The holder of a key makes its own.</param>
public sealed record CreateSubscription(SubscriptionInput Input, ApiKeyId? KeyId) : ICommand<SecretShown>, ISubscriptionFields;

/// <summary>A subscription, and a secret that was made just now.</summary>
/// <param name="Subscription">The subscription. Commands hand out the aggregate, because its version is known only after the commit.</param>
/// <param name="Secret">The only copy of the printed secret.</param>
public sealed record SecretShown(Subscription Subscription, ClearSecret Secret);

internal sealed class CreateSubscriptionValidator(SubscriptionsOptions options, TimeProvider clock) : SubscriptionFieldsValidator<CreateSubscription>(options, clock);

internal sealed class CreateSubscriptionHandler(
    ISubscriptionRepository subscriptions, OwnSubscriptions own, SubscriptionSeals seals, SubscriptionsOptions options, IChangePublisher changes, IIdSource ids, TimeProvider clock)
    : IRequestHandler<CreateSubscription, SecretShown>
{
    public async Task<SecretShown> Handle(CreateSubscription request, CancellationToken cancellationToken)
    {
        var definition = request.Input.Complete();
        var key = await own.EnsureCoveredAsync(own.Key ?? request.KeyId, definition.EventTypes, cancellationToken);
        await EnsureRoomAsync(key?.Id, cancellationToken);
        var id = new SubscriptionId(ids.NewId());
        var (secret, text) = seals.Mint(id, 1);
        var confidential = seals.Seal(id, request.Input.Resolve(null, null));
        var subscription = Subscription.Create(id, key is null ? null : (key.Id, key.Consumer), definition, confidential, secret, clock.GetUtcNow());
        subscriptions.Add(subscription);
        changes.Publish(ChangeTopics.Subscriptions, id.ToString());
        return new SecretShown(subscription, text);
    }

    private async Task EnsureRoomAsync(ApiKeyId? key, CancellationToken cancellationToken)
    {
        var (ofTenant, ofKey) = await subscriptions.CountAsync(key, cancellationToken);
        if (ofTenant >= options.MaxSubscriptions)
        {
            throw new DomainException(SubscriptionErrors.Conflict, $"The tenant has {options.MaxSubscriptions} subscriptions already, the most there may be.");
        }

        if (own.Key is not null && ofKey >= options.MaxSubscriptionsPerKey)
        {
            throw new DomainException(SubscriptionErrors.Conflict, $"A key has at most {options.MaxSubscriptionsPerKey} subscriptions; remove one first.");
        }
    }
}
