using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Adds a secret to a subscription and gives the earlier ones an end; until then all of them sign. The secret is in the result and nowhere else.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="OverlapSeconds">Seconds that the earlier secrets still sign: 0 to 604800; 0 ends them at once.</param>
public sealed record RotateSecret(SubscriptionId Id, int OverlapSeconds) : ICommand<SecretShown>
{
    /// <summary>Overlap of a rotation that names none: a day.</summary>
    public const int DefaultOverlapSeconds = 86_400;
}

/// <summary>Ends a secret at once.</summary>
/// <param name="Id">The subscription.</param>
/// <param name="Number">Which of its secrets.</param>
public sealed record RevokeSecret(SubscriptionId Id, int Number) : ICommand<Subscription>;

internal sealed class RotateSecretValidator : AbstractValidator<RotateSecret>
{
    public RotateSecretValidator() =>
        RuleFor(c => c.OverlapSeconds).InclusiveBetween(0, (int)Subscription.MaxOverlap.TotalSeconds).WithErrorCode("out_of_range");
}

// The end of a secret is judged by the database's clock, so it is counted by that.
internal sealed class RotateSecretHandler(OwnSubscriptions own, SubscriptionSeals seals, IChangePublisher changes, WriteContext write, IDatabaseClock clock)
    : IRequestHandler<RotateSecret, SecretShown>
{
    public async Task<SecretShown> Handle(RotateSecret request, CancellationToken cancellationToken)
    {
        var subscription = await own.FindAsync(request.Id, cancellationToken);
        write.EnsureMatches(subscription);
        var (secret, text) = seals.Mint(subscription.Id, subscription.NextSecretNumber);
        subscription.RotateSecret(secret, TimeSpan.FromSeconds(request.OverlapSeconds), clock.Now);
        changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
        return new SecretShown(subscription, text);
    }
}

internal sealed class RevokeSecretHandler(OwnSubscriptions own, IChangePublisher changes, WriteContext write, IDatabaseClock clock) : IRequestHandler<RevokeSecret, Subscription>
{
    public async Task<Subscription> Handle(RevokeSecret request, CancellationToken cancellationToken)
    {
        var subscription = await own.FindAsync(request.Id, cancellationToken);
        write.EnsureMatches(subscription);
        subscription.RevokeSecret(request.Number, clock.Now);
        changes.Publish(ChangeTopics.Subscriptions, subscription.Id.ToString());
        return subscription;
    }
}
