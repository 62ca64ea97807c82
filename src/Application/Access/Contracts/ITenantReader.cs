using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Contracts;

/// <summary>A tenant as the gateway snapshot holds it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its unique name.</param>
/// <param name="Hosts">Hosts that are its alone, exact or <c>*.example.com</c>, in lower case.</param>
public sealed record TenantDocument(TenantId Id, string Name, IReadOnlyList<string> Hosts);

/// <summary>Reads all tenants for the gateway snapshot.</summary>
public interface ITenantReader
{
    /// <summary>All tenants, by name, with what this transaction has changed so far.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<TenantDocument>> ReadAllAsync(CancellationToken cancellationToken);
}
