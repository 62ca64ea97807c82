using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>
/// Refuses the change after which nobody could administer the gateway any more: setup runs once, and there is no default password.
/// Two such changes at the same instant can still pass each other.
/// </summary>
internal sealed class AdminGuard(IApiKeyRepository keys, TimeProvider clock)
{
    public async Task EnsureOthersRemainAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (key.Environment == KeyEnvironment.Admin && key.StatusAt(now) == KeyStatus.Active
            && !await keys.AnyUsableAdminKeyAsync(key.Id, null, now, cancellationToken))
        {
            throw new DomainException(ApiKeyErrors.LastAdmin);
        }
    }

    public async Task EnsureOthersRemainAsync(Consumer consumer, CancellationToken cancellationToken)
    {
        if (consumer.Segment == ConsumerSegment.Admin && consumer.SuspendedAt is null
            && !await keys.AnyUsableAdminKeyAsync(null, consumer.Id, clock.GetUtcNow(), cancellationToken))
        {
            throw new DomainException(ApiKeyErrors.LastAdmin, "This consumer holds the last usable admin key; issue one to another consumer first.");
        }
    }
}
