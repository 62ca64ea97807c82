using DataHub.Application.Access.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Contracts;

/// <summary>A route as the request path sees it.</summary>
public sealed class CompiledRoute
{
    /// <summary>The route id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The printed route id.</summary>
    public required string IdText { get; init; }

    /// <summary>The tenant whose route it is.</summary>
    public TenantId TenantId { get; init; } = TenantId.Default;

    /// <summary>True: callers of every tenant may use it, not those of <see cref="TenantId"/> alone.</summary>
    public bool AllTenants { get; init; }

    /// <summary>The route's name, unique in its API.</summary>
    public required string Name { get; init; }

    /// <summary>The printed API id.</summary>
    public required string ApiIdText { get; init; }

    /// <summary>The API's slug.</summary>
    public required string ApiSlug { get; init; }

    /// <summary>The printed upstream id, which is YARP's cluster id.</summary>
    public required string UpstreamIdText { get; init; }

    /// <summary>The whole path template, such as <c>/gateway/orders/{**rest}</c>; goes into logs and spans.</summary>
    public required string PathTemplate { get; init; }

    /// <summary>True when a key is demanded; false for a public route, and where a token will do.</summary>
    public required bool KeyRequired { get; init; }

    /// <summary>Name of the query parameter that may carry the key; null when the route did not opt in.</summary>
    public required string? KeyQueryParameter { get; init; }

    /// <summary>What is demanded of a token; null where tokens are not looked at.</summary>
    public TokenRequirement? Tokens { get; init; }

    /// <summary>Headers that the gateway fills from claims: copies that callers send never pass.</summary>
    public string[] ClaimHeaders { get; init; } = [];

    /// <summary>Scopes that the caller needs; empty for none.</summary>
    public required string[] RequiredScopes { get; init; }

    /// <summary>True: one of <see cref="RequiredScopes"/> is enough; false: all are needed.</summary>
    public required bool AnyScope { get; init; }

    /// <summary>The route's own tier, which wins over the key's; null for the key's.</summary>
    public required CompiledTier? TierOverride { get; init; }

    /// <summary>Time for the whole exchange with the upstream; null for the idle time-out only.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary>What a request must look like, and when the route is tried.</summary>
    public CompiledMatch Match { get; init; } = new();

    /// <summary>Prefix taken off the path before forwarding; null for none.</summary>
    public string? StripPrefix { get; init; }

    /// <summary>Template of the path that the upstream sees; null for the request's.</summary>
    public string? PathRewrite { get; init; }

    /// <summary>SHA-256 over everything that this route was compiled from, hexadecimal: another one means that the route must be rebuilt.</summary>
    public string Fingerprint { get; init; } = "";
}

/// <summary>What a request must look like, beside its path, to be taken by a route.</summary>
public sealed record CompiledMatch
{
    /// <summary>Place in the order of all routes: positive for routes without hosts, negative for routes with; the lowest that fits takes the request. The gateway's own endpoints stand at 0.</summary>
    public int Rank { get; init; } = 1;

    /// <summary>Host patterns in lower case; empty for every host.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Methods in upper case; empty for every one.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Conditions on headers.</summary>
    public IReadOnlyList<DataHub.Domain.Routing.Routes.ValueMatch> Headers { get; init; } = [];

    /// <summary>Conditions on query parameters.</summary>
    public IReadOnlyList<DataHub.Domain.Routing.Routes.ValueMatch> Query { get; init; } = [];
}
