using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.Tenants;

/// <summary>A page of tenants.</summary>
/// <param name="List">Page and order.</param>
public sealed record ListTenants(ListRequest List) : IQuery<Page<TenantDetails>>
{
    /// <summary>Fields that the list can be sorted by.</summary>
    public static readonly string[] Sorts = ["createdAt", "name"];
}

internal sealed class ListTenantsHandler(ITenantRepository tenants) : IRequestHandler<ListTenants, Page<TenantDetails>>
{
    public async Task<Page<TenantDetails>> Handle(ListTenants request, CancellationToken cancellationToken)
    {
        var page = await tenants.ListAsync(request.List, cancellationToken);
        return new Page<TenantDetails>([.. page.Items.Select(TenantDetails.From)], page.NextCursor);
    }
}
