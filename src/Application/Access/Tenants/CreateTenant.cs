using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tenants;

/// <summary>Makes a tenant.</summary>
/// <param name="Name">Unique; lower case letters, digits and inner <c>-</c>.</param>
/// <param name="DisplayName">For people; empty for none.</param>
/// <param name="Hosts">Hosts that are its alone.</param>
/// <param name="Metadata">Free pairs.</param>
public sealed record CreateTenant(string Name, string DisplayName, IReadOnlyList<string> Hosts, IReadOnlyDictionary<string, string> Metadata)
    : ICommand<Tenant>, ITenantFields;

internal sealed class CreateTenantValidator : TenantFieldsValidator<CreateTenant>;

internal sealed class CreateTenantHandler(ITenantRepository tenants, IIdSource ids, IChangePublisher changes, TimeProvider clock) : IRequestHandler<CreateTenant, Tenant>
{
    public async Task<Tenant> Handle(CreateTenant request, CancellationToken cancellationToken)
    {
        await tenants.LockAsync(cancellationToken);
        var id = new TenantId(ids.NewId());
        TenantNames.EnsureFree(request, await tenants.OthersAsync(id, cancellationToken));
        var tenant = Tenant.Create(id, request.ToSettings(), clock.GetUtcNow());
        tenants.Add(tenant);
        changes.Publish(ChangeTopics.Configuration);
        return tenant;
    }
}
