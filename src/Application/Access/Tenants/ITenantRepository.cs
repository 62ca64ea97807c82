using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Tenants;

/// <summary>Keeps tenants. Changes are saved by the transaction of the command.</summary>
public interface ITenantRepository
{
    /// <summary>Makes writers of tenants take turns until the end of the transaction.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task LockAsync(CancellationToken cancellationToken);

    /// <summary>Loads a tenant for change.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist.</returns>
    Task<Tenant?> FindAsync(TenantId id, CancellationToken cancellationToken);

    /// <summary>All other tenants, to compare names and hosts with.</summary>
    /// <param name="except">The tenant to leave out.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<Tenant>> OthersAsync(TenantId except, CancellationToken cancellationToken);

    /// <summary>What belongs to a tenant, by table; nothing for an empty one.</summary>
    /// <param name="id">The tenant.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Such as <c>3 consumers</c>.</returns>
    Task<IReadOnlyList<string>> BelongingsAsync(TenantId id, CancellationToken cancellationToken);

    /// <summary>Adds a tenant.</summary>
    /// <param name="tenant">The new tenant.</param>
    void Add(Tenant tenant);

    /// <summary>Removes a tenant that owns nothing.</summary>
    /// <param name="tenant">A loaded tenant.</param>
    void Remove(Tenant tenant);

    /// <summary>One page.</summary>
    /// <param name="list">Page and order; sorted by <c>createdAt</c> or <c>name</c>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<Tenant>> ListAsync(ListRequest list, CancellationToken cancellationToken);
}
