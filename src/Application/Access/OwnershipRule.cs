using DataHub.Application.Abstractions;
using DataHub.Application.Access.Consumers;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access;

/// <summary>
/// Who has <see cref="Permission.KeysRevoke"/> manages every consumer and key of the tenant; who has <see cref="Permission.KeysWrite"/> alone,
/// those of the consumers that are their own.
/// </summary>
internal sealed class OwnershipRule(IConsumerRepository consumers, WriteContext write) : IChangeRule
{
    private static readonly DomainError NotOwn = new(ErrorCodes.InsufficientPermission, "It belongs to somebody else.");

    /// <summary>The user whom a new or changed consumer is to belong to.</summary>
    /// <param name="actor">Who acts.</param>
    /// <param name="wanted">Whom the request names.</param>
    public static UserId? OwnerFor(Actor actor, UserId? wanted) => IsConfined(actor) ? SelfOf(actor) : wanted;

    public async Task<bool> BeforeSaveAsync(IReadOnlyList<PendingChange> changes, CancellationToken cancellationToken)
    {
        if (!IsConfined(write.Actor))
        {
            return false;
        }

        foreach (var change in changes)
        {
            switch (change.Aggregate)
            {
                case Consumer consumer:
                    EnsureOwn((UserId?)change.Original(nameof(Consumer.OwnerUserId)));
                    EnsureOwn(consumer.OwnerUserId);
                    break;
                case ApiKey key:
                    EnsureOwn((await consumers.FindAsync(key.ConsumerId, cancellationToken))?.OwnerUserId);
                    break;
            }
        }

        return false;
    }

    // Holders of a key for traffic and anonymous callers reach only use cases made for them, which look for themselves.
    private static bool IsConfined(Actor actor) => actor.Kind is ActorKind.User or ActorKind.AdminKey && !actor.May(Permission.KeysRevoke);

    private static UserId? SelfOf(Actor actor) => EntityId.TryParse<UserId>(actor.Id, out var id) ? id : null;

    private void EnsureOwn(UserId? owner)
    {
        if (owner is null || owner != SelfOf(write.Actor))
        {
            throw new DomainException(NotOwn, $"You manage the consumers and keys that are your own; for others you need the permission {Permission.KeysRevoke}.");
        }
    }
}
