using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Routing.Apis;

namespace DataHub.Application.Access.Scopes;

/// <summary>Keeps the catalogue. Changes are saved by the transaction of the command.</summary>
public interface IScopeCatalogue
{
    /// <summary>The scopes of one API, or of all, by name.</summary>
    /// <param name="apiId">The API; null for all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<CatalogueScope>> ListAsync(ApiId? apiId, CancellationToken cancellationToken);

    /// <summary>Loads a scope for change.</summary>
    /// <param name="apiId">The API.</param>
    /// <param name="name">The scope.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when the API has no such scope.</returns>
    Task<CatalogueScope?> FindAsync(ApiId apiId, string name, CancellationToken cancellationToken);

    /// <summary>Adds a scope.</summary>
    /// <param name="scope">The new scope.</param>
    void Add(CatalogueScope scope);

    /// <summary>Removes a scope.</summary>
    /// <param name="scope">A loaded scope.</param>
    void Remove(CatalogueScope scope);
}

/// <summary>A scope of the catalogue as the API shows it.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="ApiId">The API.</param>
/// <param name="Name">The scope.</param>
/// <param name="Description">What it allows.</param>
/// <param name="Routes">Names of the enabled routes of the API that require it.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record ScopeDocument(
    string Id, string ApiId, string Name, string Description, IReadOnlyList<string> Routes, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version);
