using DataHub.Application.Traffic.Contracts;

namespace DataHub.Application.Routing.Contracts;

/// <summary>A route as the request path sees it.</summary>
public sealed class CompiledRoute
{
    /// <summary>The route id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The printed route id.</summary>
    public required string IdText { get; init; }

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

    /// <summary>True when a key is demanded; false for a public route.</summary>
    public required bool KeyRequired { get; init; }

    /// <summary>Name of the query parameter that may carry the key; null when the route did not opt in.</summary>
    public required string? KeyQueryParameter { get; init; }

    /// <summary>Scopes that the caller needs; empty for none.</summary>
    public required string[] RequiredScopes { get; init; }

    /// <summary>True: one of <see cref="RequiredScopes"/> is enough; false: all are needed.</summary>
    public required bool AnyScope { get; init; }

    /// <summary>The route's own tier, which wins over the key's; null for the key's.</summary>
    public required CompiledTier? TierOverride { get; init; }

    /// <summary>Time for the whole exchange with the upstream; null for the idle time-out only.</summary>
    public required TimeSpan? Timeout { get; init; }
}
