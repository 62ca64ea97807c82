using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tenants;

/// <summary>Removes a tenant that owns nothing. Its request logs stay until their time is over.</summary>
/// <param name="Id">The tenant.</param>
public sealed record DeleteTenant(TenantId Id) : ICommand<Unit>;

internal sealed class DeleteTenantHandler(ITenantRepository tenants, IChangePublisher changes, WriteContext write) : IRequestHandler<DeleteTenant, Unit>
{
    public async Task<Unit> Handle(DeleteTenant request, CancellationToken cancellationToken)
    {
        await tenants.LockAsync(cancellationToken);
        var tenant = await tenants.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(TenantErrors.NotFound);
        write.EnsureMatches(tenant);
        if (tenant.Id == TenantId.Default)
        {
            throw new DomainException(TenantErrors.InUse, "The default tenant is always there.");
        }

        var belongings = await tenants.BelongingsAsync(tenant.Id, cancellationToken);
        if (belongings.Count > 0)
        {
            throw new DomainException(TenantErrors.InUse, $"The tenant still owns {string.Join(", ", belongings)}; delete them first.");
        }

        tenants.Remove(tenant);
        changes.Publish(ChangeTopics.Configuration);
        return Unit.Value;
    }
}
