using DataHub.Application.Abstractions;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access;

/// <summary>Refuses references to tiers that do not exist.</summary>
/// <param name="tiers">Reads the tiers.</param>
/// <param name="write">Tells the tenant.</param>
internal sealed class TierReferences(ITierReader tiers, WriteContext write)
{
    private static readonly DomainError Unknown = new(ErrorCodes.ValidationFailed, "The tier does not exist.");

    public async Task EnsureExistsAsync(RateLimitTierId? id, CancellationToken cancellationToken)
    {
        if (id is not { } wanted)
        {
            return;
        }

        var all = await tiers.ReadAllAsync(cancellationToken);
        if (!all.Any(t => t.Id == wanted.ToString() && t.IsFor(write.Tenant)))
        {
            throw new DomainException(Unknown, $"There is no tier {wanted}; list them with GET /api/v1/tiers.", "/tierId");
        }
    }
}
