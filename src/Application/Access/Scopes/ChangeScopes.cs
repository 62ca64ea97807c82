using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Scopes;

/// <summary>The catalogue of one API, or of all.</summary>
/// <param name="ApiId">The API; null for all.</param>
public sealed record ListScopes(ApiId? ApiId) : IQuery<IReadOnlyList<ScopeDocument>>;

/// <summary>Adds a scope to the catalogue of an API.</summary>
/// <param name="ApiId">The API.</param>
/// <param name="Name">The scope, without wildcard.</param>
/// <param name="Description">What it allows.</param>
public sealed record AddScope(ApiId ApiId, string Name, string Description) : ICommand<CatalogueScope>;

/// <summary>Replaces the description of a scope.</summary>
/// <param name="ApiId">The API.</param>
/// <param name="Name">The scope.</param>
/// <param name="Description">What it allows.</param>
public sealed record DescribeScope(ApiId ApiId, string Name, string Description) : ICommand<CatalogueScope>;

/// <summary>Takes a scope out of the catalogue. Keys and routes that name it keep it.</summary>
/// <param name="ApiId">The API.</param>
/// <param name="Name">The scope.</param>
public sealed record RemoveScope(ApiId ApiId, string Name) : ICommand<CatalogueScope>;

internal sealed class ListScopesHandler(IScopeCatalogue catalogue, ScopedApis apis) : IRequestHandler<ListScopes, IReadOnlyList<ScopeDocument>>
{
    public async Task<IReadOnlyList<ScopeDocument>> Handle(ListScopes request, CancellationToken cancellationToken)
    {
        if (request.ApiId is { } api)
        {
            await apis.EnsureExistsAsync(api, cancellationToken);
        }

        return [.. (await catalogue.ListAsync(request.ApiId, cancellationToken)).Select(apis.Show)];
    }
}

internal sealed class AddScopeHandler(IScopeCatalogue catalogue, ScopedApis apis, IIdSource ids, TimeProvider clock) : IRequestHandler<AddScope, CatalogueScope>
{
    public async Task<CatalogueScope> Handle(AddScope request, CancellationToken cancellationToken)
    {
        await apis.EnsureExistsAsync(request.ApiId, cancellationToken);
        if (await catalogue.FindAsync(request.ApiId, request.Name, cancellationToken) is not null)
        {
            throw new DomainException(ScopeErrors.NameTaken, $"The API has the scope '{request.Name}' in its catalogue already.", "/name");
        }

        var scope = CatalogueScope.Add(new ScopeId(ids.NewId()), request.ApiId, request.Name, request.Description, clock.GetUtcNow());
        catalogue.Add(scope);
        return scope;
    }
}

internal sealed class DescribeScopeHandler(IScopeCatalogue catalogue, WriteContext write, TimeProvider clock) : IRequestHandler<DescribeScope, CatalogueScope>
{
    public async Task<CatalogueScope> Handle(DescribeScope request, CancellationToken cancellationToken)
    {
        var scope = await catalogue.FindAsync(request.ApiId, request.Name, cancellationToken) ?? throw new DomainException(ScopeErrors.NotFound);
        write.EnsureMatches(scope);
        scope.Describe(request.Description, clock.GetUtcNow());
        return scope;
    }
}

internal sealed class RemoveScopeHandler(IScopeCatalogue catalogue, WriteContext write) : IRequestHandler<RemoveScope, CatalogueScope>
{
    public async Task<CatalogueScope> Handle(RemoveScope request, CancellationToken cancellationToken)
    {
        var scope = await catalogue.FindAsync(request.ApiId, request.Name, cancellationToken) ?? throw new DomainException(ScopeErrors.NotFound);
        write.EnsureMatches(scope);
        catalogue.Remove(scope);
        return scope;
    }
}

/// <summary>What the catalogue needs to know of APIs and their routes.</summary>
internal sealed class ScopedApis(IGatewaySnapshotSource snapshots, WriteContext write)
{
    public async Task EnsureExistsAsync(ApiId id, CancellationToken cancellationToken)
    {
        await snapshots.CatchUpAsync(cancellationToken);
        if (!snapshots.Current.Document.Apis.Any(api => api.Id == id && api.TenantId == write.Tenant))
        {
            throw new DomainException(ScopeErrors.NotFound);
        }
    }

    public ScopeDocument Show(CatalogueScope scope)
    {
        var api = scope.ApiId.ToString();
        var routes = snapshots.Current.Routes.Values.Where(r => r.ApiIdText == api && r.RequiredScopes.Contains(scope.Name)).Select(r => r.Name).Order(StringComparer.Ordinal);
        return new ScopeDocument(scope.Id.ToString(), api, scope.Name, scope.Description, [.. routes], scope.CreatedAt, scope.UpdatedAt, scope.Version);
    }
}
