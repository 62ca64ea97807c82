using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Administrators;

/// <summary>
/// Only administrators make and change administrators, and only global ones the global ones: users marked so, and the admin keys of the
/// default tenant. The last of them stays, whatever the command is called that would end it: setup runs once, and there is no default password.
/// </summary>
internal sealed class AdministratorRule(IAdministrators administrators, WriteContext write, TimeProvider clock) : IChangeRule
{
    private static readonly DomainError NeedsAdmin = new(ErrorCodes.InsufficientPermission, "Only administrators manage administrators.");
    private static readonly DomainError NeedsGlobal = new(ErrorCodes.InsufficientPermission, "Only global administrators manage global ones.");

    private AdministratorState _before;

    public async Task<bool> BeforeSaveAsync(IReadOnlyList<PendingChange> changes, CancellationToken cancellationToken)
    {
        var concerned = false;
        foreach (var change in changes)
        {
            if (!IsAdministrator(change))
            {
                continue;
            }

            var global = IsGlobal(change);
            EnsureMay(global);
            concerned |= global;
        }

        if (concerned)
        {
            await administrators.LockAsync(cancellationToken);
            _before = await administrators.ReadAsync(clock.GetUtcNow(), cancellationToken);
        }

        return concerned;
    }

    public async Task AfterSaveAsync(CancellationToken cancellationToken)
    {
        var after = await administrators.ReadAsync(clock.GetUtcNow(), cancellationToken);
        if (_before.Any && !after.Any)
        {
            throw new DomainException(ApiKeyErrors.LastAdmin);
        }

        if (_before.Lasting && !after.Lasting)
        {
            throw new DomainException(ApiKeyErrors.LastAdmin, "Nobody could administer the gateway once this has ended; make another administrator without an end first.");
        }
    }

    private static bool IsAdministrator(PendingChange change) => change.Aggregate switch
    {
        ApiKey key => key.Environment == KeyEnvironment.Admin,
        Consumer consumer => consumer.Segment == ConsumerSegment.Admin || change.Original(nameof(Consumer.Segment)) is ConsumerSegment.Admin,
        User => true,
        _ => false,
    };

    private static bool IsGlobal(PendingChange change) => change.Aggregate switch
    {
        User user => user.Global || change.Original(nameof(User.Global)) is true,
        ITenantOwned owned => owned.TenantId == TenantId.Default,
        _ => false,
    };

    // Anonymous callers get here by setup and by links that were sent to them, whose use cases look for themselves.
    private void EnsureMay(bool global)
    {
        var actor = write.Actor;
        if (actor.Kind is ActorKind.System or ActorKind.Anonymous)
        {
            return;
        }

        if (!actor.May(Permission.UsersWrite))
        {
            throw new DomainException(NeedsAdmin, $"Admin keys, their consumers and users are changed with the permission {Permission.UsersWrite} only.");
        }

        if (global && !actor.Global)
        {
            throw new DomainException(NeedsGlobal, "You administer one tenant; this reaches into all of them.");
        }
    }
}
