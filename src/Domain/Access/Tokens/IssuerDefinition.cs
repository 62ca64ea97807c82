using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Domain.Access.Tokens;

/// <summary>How the gateway finds out whether a token of an issuer is good.</summary>
public enum IssuerKind
{
    /// <summary>By the keys that the issuer's discovery document names (OpenID Connect Discovery, RFC 8414).</summary>
    Discovery,

    /// <summary>By the keys under a URL that the administrator gave (RFC 7517).</summary>
    Jwks,

    /// <summary>By asking the issuer about each token (RFC 7662); for opaque tokens.</summary>
    Introspection,
}

/// <summary>What a claim names a consumer by.</summary>
public enum ConsumerMatch
{
    /// <summary>By its name.</summary>
    Name,

    /// <summary>By its printed id.</summary>
    Id,
}

/// <summary>Everything about an issuer that an administrator sets, but its client secret.</summary>
/// <param name="Name">Unique, 1 to 100 characters.</param>
/// <param name="Issuer">The issuer's identifier: the exact value of <c>iss</c>; an http or https URL for discovery.</param>
/// <param name="Kind">How tokens are checked. Default <c>discovery</c>.</param>
/// <param name="JwksUrl">Where the keys are; for <c>jwks</c> only.</param>
/// <param name="IntrospectionUrl">Where tokens are asked about; for <c>introspection</c> only.</param>
/// <param name="ClientId">The gateway's name at the introspection endpoint; for <c>introspection</c> only.</param>
/// <param name="Enabled">False: none of its tokens is accepted. Default true.</param>
/// <param name="Audiences">One of these must stand in <c>aud</c>; at least one, except for <c>introspection</c>, where none means that <c>aud</c> is not looked at.</param>
/// <param name="Algorithms">Allowed signature algorithms. Default RS256, PS256, ES256.</param>
/// <param name="RequiredClaims">Claims that must be there, beside <c>iss</c>, <c>aud</c> and <c>exp</c>. Default none.</param>
/// <param name="ClockSkewSeconds">Seconds by which the clocks may differ: 0 to 300. Default 60.</param>
/// <param name="ScopeClaims">Claims that hold scopes, as a list or as words. Default <c>scope</c>, <c>scp</c>.</param>
/// <param name="RoleClaims">Claims that hold roles, as a list or as words; a path such as <c>realm_access.roles</c> leads into objects. Default <c>roles</c>.</param>
/// <param name="RoleScopes">Scopes that a role stands for, wildcards included. Default none.</param>
/// <param name="ConsumerClaim">Claim that names the consumer; null (default): limits count every subject on its own.</param>
/// <param name="ConsumerMatch">What the claim names the consumer by. Default <c>name</c>.</param>
/// <param name="RequireConsumer">True: a token that names no consumer of the gateway is refused. Default false.</param>
/// <param name="Headers">Claims that the upstream gets as headers. Default none.</param>
/// <param name="TenantClaim">Claim that names the tenant of the caller, by name or printed id; null (default): the issuer's own tenant. Matters on routes that are open to all tenants.</param>
/// <param name="TierId">Tier of tokens without a consumer, or whose consumer has none; null (default) for the default tier.</param>
public sealed record IssuerDefinition(
    string Name,
    string Issuer,
    IssuerKind Kind = IssuerKind.Discovery,
    string? JwksUrl = null,
    string? IntrospectionUrl = null,
    string? ClientId = null,
    bool Enabled = true,
    IReadOnlyList<string>? Audiences = null,
    IReadOnlyList<string>? Algorithms = null,
    IReadOnlyList<string>? RequiredClaims = null,
    int ClockSkewSeconds = 60,
    IReadOnlyList<string>? ScopeClaims = null,
    IReadOnlyList<string>? RoleClaims = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? RoleScopes = null,
    string? ConsumerClaim = null,
    ConsumerMatch ConsumerMatch = ConsumerMatch.Name,
    bool RequireConsumer = false,
    IReadOnlyList<ClaimHeader>? Headers = null,
    string? TenantClaim = null,
    RateLimitTierId? TierId = null)
{
    /// <summary>Most characters of a name.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Most characters of a URL or an identifier.</summary>
    public const int MaxUrlLength = 500;

    /// <summary>Most characters of a client id, a claim, an audience or a role.</summary>
    public const int MaxWordLength = 200;

    /// <summary>Most characters of a client secret.</summary>
    public const int MaxSecretLength = 500;

    /// <summary>Most entries of a list.</summary>
    public const int MaxEntries = 50;

    /// <summary>Most seconds of clock skew.</summary>
    public const int MaxClockSkewSeconds = 300;

    /// <summary>Every mistake in the fields.</summary>
    /// <returns>Empty when all is well.</returns>
    public IReadOnlyList<DomainFault> Check() => IssuerRules.Check(this);

    /// <summary>The same with the defaults in the places of what was left out.</summary>
    public IssuerDefinition WithDefaults() => this with
    {
        Audiences = Audiences ?? [],
        Algorithms = Algorithms is { Count: > 0 } ? Algorithms : SignatureAlgorithms.Default,
        RequiredClaims = RequiredClaims ?? [],
        ScopeClaims = ScopeClaims ?? ["scope", "scp"],
        RoleClaims = RoleClaims ?? ["roles"],
        RoleScopes = RoleScopes ?? new Dictionary<string, IReadOnlyList<string>>(),
        Headers = Headers ?? [],
    };
}
