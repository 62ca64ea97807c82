namespace DataHub.Domain.Routing.Routes;

/// <summary>Who may use a route.</summary>
public enum RouteAuthMode
{
    /// <summary>Callers with an API key.</summary>
    Key,

    /// <summary>Everybody.</summary>
    None,

    /// <summary>Callers with a token of one of the route's issuers.</summary>
    Token,

    /// <summary>Callers with a key, or else with a token. A key that is sent decides.</summary>
    Either,

    /// <summary>Callers with a key and a token.</summary>
    Both,
}

/// <summary>How callers of a route prove who they are.</summary>
/// <param name="Mode">Default <c>key</c>.</param>
/// <param name="QueryParameter">Query parameter that may carry the key as well; null (default) for headers only, since URLs end up in logs.</param>
/// <param name="Issuers">Issuers whose tokens are accepted, <c>iss_…</c>: 1 to 10 where the mode takes tokens, else none.</param>
/// <param name="Claims">Conditions on the token's claims that all must hold. Default none.</param>
/// <param name="ForwardToken">True: the upstream gets the verified token as the caller sent it. Default false: it is taken off, like a key.</param>
public sealed record RouteAuth(
    RouteAuthMode Mode = RouteAuthMode.Key,
    string? QueryParameter = null,
    IReadOnlyList<string>? Issuers = null,
    IReadOnlyList<ClaimRule>? Claims = null,
    bool ForwardToken = false)
{
    /// <summary>True: callers of every tenant may use the route. Only routes of the default tenant can be shared so. Default false.</summary>
    public bool AllTenants { get; init; }

    /// <summary>Most issuers of a route.</summary>
    public const int MaxIssuers = 10;

    /// <summary>True where a key can open the route.</summary>
    public bool TakesKeys() => Mode is RouteAuthMode.Key or RouteAuthMode.Either or RouteAuthMode.Both;

    /// <summary>True where a token can open the route.</summary>
    public bool TakesTokens() => Mode is RouteAuthMode.Token or RouteAuthMode.Either or RouteAuthMode.Both;
}
