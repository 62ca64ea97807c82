using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Scopes;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Refuses keys that refer to tiers or APIs which do not exist, and to scopes outside of the catalogue where that is demanded.</summary>
internal sealed class KeyReferences(TierReferences tiers, IGatewaySnapshotSource snapshots, IScopeCatalogue catalogue, ScopeOptions scopes, WriteContext write)
{
    public async Task EnsureExistAsync(ApiKeySettings settings, CancellationToken cancellationToken)
    {
        await tiers.EnsureExistsAsync(settings.TierId, cancellationToken);
        if (scopes.CataloguedOnly)
        {
            await EnsureCataloguedAsync(settings, cancellationToken);
        }

        if (settings.ApiPermissions is not { Count: > 0 } permissions)
        {
            return;
        }

        // An API that another node made a moment ago may not have come here yet.
        await snapshots.CatchUpAsync(cancellationToken);
        var known = snapshots.Current.Document.Apis;
        for (var i = 0; i < permissions.Count; i++)
        {
            if (!known.Any(api => api.Id == permissions[i].ApiId && api.TenantId == write.Tenant))
            {
                throw new DomainException(ApiKeyErrors.Invalid, $"There is no API {permissions[i].ApiId}; list them with GET /api/v1/apis.", $"/apiPermissions/{i}/apiId");
            }
        }
    }

    private async Task EnsureCataloguedAsync(ApiKeySettings settings, CancellationToken cancellationToken)
    {
        var known = await catalogue.ListAsync(null, cancellationToken);
        for (var i = 0; i < settings.Scopes.Count; i++)
        {
            Ensure(settings.Scopes[i], known, $"/scopes/{i}");
        }

        for (var i = 0; i < (settings.ApiPermissions?.Count ?? 0); i++)
        {
            var permission = settings.ApiPermissions![i];
            for (var j = 0; j < permission.Scopes.Count; j++)
            {
                Ensure(permission.Scopes[j], known.Where(s => s.ApiId == permission.ApiId), $"/apiPermissions/{i}/scopes/{j}");
            }
        }
    }

    private static void Ensure(string scope, IEnumerable<CatalogueScope> known, string pointer)
    {
        var grant = new ScopeGrant([scope]);
        if (scope != Scope.All && !known.Any(s => grant.Covers(s.Name)))
        {
            throw new DomainException(ApiKeyErrors.Invalid, $"No catalogue holds the scope '{scope}'; list them with GET /api/v1/scopes.", pointer);
        }
    }
}
