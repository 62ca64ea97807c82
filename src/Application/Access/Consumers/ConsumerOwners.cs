using DataHub.Application.Abstractions;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Consumers;

/// <summary>Settles whose consumer it is to be.</summary>
/// <param name="users">The users of the tenant.</param>
/// <param name="write">Who acts.</param>
internal sealed class ConsumerOwners(IUserRepository users, WriteContext write)
{
    /// <summary>Puts the owner in: the acting developer, or the user that an administrator names.</summary>
    /// <param name="settings">What is asked for.</param>
    /// <param name="present">Whose it is already, who may be somebody of the default tenant; null for nobody.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="DomainException"><see cref="ConsumerErrors.Invalid"/> when there is no such user.</exception>
    public async Task<ConsumerSettings> AssignAsync(ConsumerSettings settings, UserId? present, CancellationToken cancellationToken)
    {
        var owner = OwnershipRule.OwnerFor(write.Actor, settings.OwnerUserId);
        if (owner is { } id && owner == settings.OwnerUserId && owner != present && await users.FindAsync(id, cancellationToken) is null)
        {
            throw new DomainException(ConsumerErrors.Invalid, $"There is no user {id}.", "/ownerUserId");
        }

        return settings with { OwnerUserId = owner };
    }
}
