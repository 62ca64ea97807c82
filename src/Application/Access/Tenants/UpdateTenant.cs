using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tenants;

/// <summary>Replaces all that can be changed of a tenant.</summary>
/// <param name="Id">The tenant.</param>
/// <param name="Name">Unique; the default tenant keeps its own.</param>
/// <param name="DisplayName">For people; empty for none.</param>
/// <param name="Hosts">Hosts that are its alone.</param>
/// <param name="Metadata">Free pairs.</param>
public sealed record UpdateTenant(
    TenantId Id, string Name, string DisplayName, IReadOnlyList<string> Hosts, IReadOnlyDictionary<string, string> Metadata) : ICommand<Tenant>, ITenantFields;

internal sealed class UpdateTenantValidator : TenantFieldsValidator<UpdateTenant>;

internal sealed class UpdateTenantHandler(
    ITenantRepository tenants, IConfigurationCheck configuration, IChangePublisher changes, WriteContext write, TimeProvider clock) : IRequestHandler<UpdateTenant, Tenant>
{
    public async Task<Tenant> Handle(UpdateTenant request, CancellationToken cancellationToken)
    {
        await tenants.LockAsync(cancellationToken);
        var tenant = await tenants.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(TenantErrors.NotFound);
        write.EnsureMatches(tenant);
        TenantNames.EnsureFree(request, await tenants.OthersAsync(request.Id, cancellationToken));
        tenant.Update(request.ToSettings(), clock.GetUtcNow());

        // A host that moves can leave routes of others on it.
        await configuration.EnsureValidAsync(cancellationToken);
        changes.Publish(ChangeTopics.Configuration);
        return tenant;
    }
}
