using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Tenants;

/// <summary>One tenant.</summary>
/// <param name="Id">The tenant.</param>
public sealed record GetTenant(TenantId Id) : IQuery<TenantDetails>;

internal sealed class GetTenantHandler(ITenantRepository tenants) : IRequestHandler<GetTenant, TenantDetails>
{
    public async Task<TenantDetails> Handle(GetTenant request, CancellationToken cancellationToken) =>
        TenantDetails.From(await tenants.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(TenantErrors.NotFound));
}
