using System.Collections.Frozen;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Routing.Snapshots;

/// <summary>The outcome of compiling a configuration.</summary>
/// <param name="Snapshot">The snapshot; null when there are mistakes.</param>
/// <param name="Faults">Every mistake.</param>
public sealed record SnapshotCompilation(GatewaySnapshot? Snapshot, IReadOnlyList<ConfigFault> Faults);

/// <summary>Compiles a configuration into the snapshot that requests are decided by. All of it is good, or none is taken.</summary>
public static class SnapshotCompiler
{
    /// <summary>Checks and compiles.</summary>
    /// <param name="document">The configuration.</param>
    /// <returns>A snapshot, or every mistake.</returns>
    public static SnapshotCompilation Compile(RoutingDocument document)
    {
        var shapes = ShapesOf(document);
        var faults = ConfigurationRules.Check(document, shapes);
        return faults.Count > 0 ? new SnapshotCompilation(null, faults) : new SnapshotCompilation(Build(document, shapes), []);
    }

    /// <summary>All routes that have a valid path, enabled or not, in the order in which they are tried.</summary>
    /// <param name="document">The configuration.</param>
    /// <returns>The routes.</returns>
    public static IReadOnlyList<RouteShape> ShapesOf(RoutingDocument document)
    {
        var apis = document.Apis.ToDictionary(a => a.Id, a => a.Definition);
        var shapes = document.Routes
            .Select(r => apis.TryGetValue(r.ApiId, out var api) ? RouteShape.Of(r, api) : null)
            .OfType<RouteShape>().ToList();

        // Of equals the older comes first; ids rise with time.
        shapes.Sort((a, b) => a.CompareTo(b) is var difference && difference != 0 ? difference : a.Document.Id.Value.CompareTo(b.Document.Id.Value));
        return shapes;
    }

    private static GatewaySnapshot Build(RoutingDocument document, IReadOnlyList<RouteShape> shapes)
    {
        var tiers = document.Tiers.Select(Compile).ToFrozenDictionary(t => t.Id);
        var tierDocuments = document.Tiers.ToDictionary(t => t.Id, StringComparer.Ordinal);
        var enabled = shapes.Where(s => s.Enabled).ToList();
        var claimHeaders = document.Issuers.GroupBy(i => i.TenantId).ToDictionary(g => g.Key, IssuerHeaders.Of);
        var firstWithoutHosts = enabled.Count(s => s.Hosts.Count > 0);
        var routes = enabled.Select((shape, index) => Compile(
            shape,
            shape.Hosts.Count > 0 ? index - firstWithoutHosts : index - firstWithoutHosts + 1,
            shape.Document.Definition.TierId is { } id ? (tiers[id], tierDocuments[id.ToString()]) : null,
            claimHeaders.GetValueOrDefault(shape.Document.TenantId, [])));
        return new GatewaySnapshot
        {
            Epoch = document.Epoch,
            Hash = RoutingDocumentJson.HashOf(document),
            Loaded = true,
            Routes = routes.ToFrozenDictionary(r => r.IdText, StringComparer.Ordinal),
            Upstreams = document.Upstreams.Select(u => Compile(u.Id.ToString(), u.Definition)).ToFrozenDictionary(u => u.IdText, StringComparer.Ordinal),
            Tiers = tiers,
            DefaultTier = tiers.Values.FirstOrDefault(t => t.IsDefault) ?? CompiledTier.Unlimited,
            Tenants = document.Tenants.Select(t => t.Id).Append(TenantId.Default).ToFrozenSet(),
            TenantHosts = new TenantHosts(document.Tenants),
            Document = document,
        };
    }

    private static CompiledRoute Compile(RouteShape shape, int rank, (CompiledTier Compiled, TierDocument Document)? tier, string[] claimHeaders)
    {
        var (id, apiId, route) = shape.Document;
        var auth = route.Auth ?? new RouteAuth();
        var basePath = shape.Api.EffectiveBasePath();
        var match = new CompiledMatch
        {
            Rank = rank,
            Hosts = shape.Hosts,
            Methods = shape.Methods,
            Headers = shape.Headers,
            Query = shape.Query,
        };
        return new CompiledRoute
        {
            Id = id.Value,
            IdText = id.ToString(),
            TenantId = shape.Document.TenantId,
            AllTenants = auth.AllTenants,
            Name = route.Name,
            ApiIdText = apiId.ToString(),
            ApiSlug = shape.Api.Slug,
            UpstreamIdText = route.UpstreamId.ToString(),
            PathTemplate = shape.Template.Text,
            KeyRequired = auth.Mode is RouteAuthMode.Key or RouteAuthMode.Both,
            Tokens = TokenRequirements.Compile(auth),
            ClaimHeaders = claimHeaders,
            KeyQueryParameter = auth.QueryParameter,
            RequiredScopes = [.. route.RequiredScopes ?? []],
            AnyScope = route.ScopeMatch == ScopeMatch.Any,
            TierOverride = tier?.Compiled,
            Timeout = route.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Match = match,
            StripPrefix = route.PathRewrite is not null ? null : route.StripPrefix switch { null => basePath == "/" ? null : basePath, "" => null, var prefix => prefix },
            PathRewrite = route.PathRewrite,
            Fingerprint = RoutingDocumentJson.HashOf(new { shape.Document, shape.Api.Slug, Path = shape.Template.Text, match, Tier = tier?.Document, ClaimHeaders = claimHeaders is [] ? null : claimHeaders }),
        };
    }

    private static CompiledUpstream Compile(string id, UpstreamDefinition upstream) => new()
    {
        IdText = id,
        Name = upstream.Name,
        LoadBalancing = upstream.LoadBalancing,
        Destinations = [.. (upstream.Destinations ?? []).Where(d => d.Enabled)],
        Http2 = upstream.HttpVersion == UpstreamDefinition.Http2,
        ConnectTimeout = TimeSpan.FromMilliseconds(upstream.ConnectTimeoutMs),
        ActivityTimeout = TimeSpan.FromSeconds(upstream.TimeoutSeconds),
    };

    private static CompiledTier Compile(TierDocument tier) =>
        new(EntityId.TryParse<RateLimitTierId>(tier.Id, out var id) ? id : throw new InvalidOperationException($"'{tier.Id}' is not a tier id."), tier.Name, tier.IsDefault, tier.Limits);
}
