using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Domain.Routing.Routes;

/// <summary>Whether all required scopes are needed, or one of them.</summary>
public enum ScopeMatch
{
    /// <summary>All.</summary>
    All,

    /// <summary>Any one.</summary>
    Any,
}

/// <summary>Everything about a route that an administrator sets.</summary>
/// <param name="Name">Unique in the API, 1 to 100 characters.</param>
/// <param name="UpstreamId">Where its requests go.</param>
/// <param name="Path">Template below the API's base path, such as <c>/orders/{id}</c> or <c>/{**rest}</c>. Default <c>/{**rest}</c>.</param>
/// <param name="Enabled">False takes it out of service. Default true.</param>
/// <param name="Order">−10000 to 10000, lower is tried first. Default 0.</param>
/// <param name="Hosts">Host names, exact or <c>*.example.com</c>; none (default) for every host. Routes with hosts are tried before routes without.</param>
/// <param name="Methods">Methods; none (default) for every one.</param>
/// <param name="Headers">Conditions that all must hold. Default none.</param>
/// <param name="Query">Conditions that all must hold. Default none.</param>
/// <param name="Auth">Default: an API key.</param>
/// <param name="RequiredScopes">Scopes such as <c>orders:read</c>. Default none.</param>
/// <param name="ScopeMatch">Default <c>all</c>.</param>
/// <param name="TierId">Rate-limit tier that wins over the key's; null (default) for the key's.</param>
/// <param name="StripPrefix">Prefix taken off the path before forwarding: null (default) for the API's base path, empty for nothing.</param>
/// <param name="PathRewrite">Template of the path that the upstream sees, from the parameters of <paramref name="Path"/>; excludes <paramref name="StripPrefix"/>.</param>
/// <param name="TimeoutSeconds">Seconds for the whole exchange: 1 to 86400; null (default) for none beside the upstream's idle time-out.</param>
/// <param name="Metadata">Free notes, at most 50. Default none.</param>
public sealed record RouteDefinition(
    string Name,
    UpstreamId UpstreamId,
    string Path = "/{**rest}",
    bool Enabled = true,
    int Order = 0,
    IReadOnlyList<string>? Hosts = null,
    IReadOnlyList<string>? Methods = null,
    IReadOnlyList<ValueMatch>? Headers = null,
    IReadOnlyList<ValueMatch>? Query = null,
    RouteAuth? Auth = null,
    IReadOnlyList<string>? RequiredScopes = null,
    ScopeMatch ScopeMatch = ScopeMatch.All,
    RateLimitTierId? TierId = null,
    string? StripPrefix = null,
    string? PathRewrite = null,
    double? TimeoutSeconds = null,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>Greatest distance of <see cref="Order"/> from 0.</summary>
    public const int MaxOrder = 10_000;

    /// <summary>Every mistake in the fields.</summary>
    /// <returns>Empty when all is well.</returns>
    public IReadOnlyList<DomainFault> Check() => RouteRules.Check(this);
}
