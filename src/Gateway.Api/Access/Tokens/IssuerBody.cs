using DataHub.Application.Abstractions;
using DataHub.Application.Access.Tokens;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Gateway.Api.Access.Tokens;

/// <summary>An issuer as POST and PUT take it, and as PATCH patches it.</summary>
/// <param name="Name">Unique, 1 to 100 characters.</param>
/// <param name="Issuer">The exact value of <c>iss</c>; a URL for discovery.</param>
/// <param name="Kind"><c>discovery</c> (default), <c>jwks</c> or <c>introspection</c>.</param>
/// <param name="JwksUrl">Where the keys are; for <c>jwks</c> only.</param>
/// <param name="IntrospectionUrl">Where tokens are asked about; for <c>introspection</c> only.</param>
/// <param name="ClientId">The gateway's name at the introspection endpoint.</param>
/// <param name="ClientSecret">Its secret there: stored encrypted and never shown. Left out, the stored one stays, as long as URL and client id do.</param>
/// <param name="Enabled">Default true.</param>
/// <param name="Audiences">One of these must stand in <c>aud</c>; at least one, except for introspection.</param>
/// <param name="Algorithms">Default RS256, PS256, ES256.</param>
/// <param name="RequiredClaims">Claims that must be there. Default none.</param>
/// <param name="ClockSkewSeconds">0 to 300. Default 60.</param>
/// <param name="ScopeClaims">Claims that hold scopes. Default <c>scope</c> and <c>scp</c>.</param>
/// <param name="RoleClaims">Claims that hold roles. Default <c>roles</c>.</param>
/// <param name="RoleScopes">Scopes that a role stands for. Default none.</param>
/// <param name="ConsumerClaim">Claim that names the consumer. Default none.</param>
/// <param name="ConsumerMatch"><c>name</c> (default) or <c>id</c>.</param>
/// <param name="RequireConsumer">True: a token that names no consumer is refused. Default false.</param>
/// <param name="Headers">Claims that the upstream gets as headers. Default none.</param>
/// <param name="TenantClaim">Claim that names the tenant of the caller, by name or id, for routes that are open to all tenants. Default none.</param>
/// <param name="TierId">Tier of tokens whose consumer has none, <c>tier_…</c>. Default the default tier.</param>
internal sealed record IssuerBody(
    string Name,
    string Issuer,
    IssuerKind Kind = IssuerKind.Discovery,
    string? JwksUrl = null,
    string? IntrospectionUrl = null,
    string? ClientId = null,
    string? ClientSecret = null,
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
    string? TierId = null)
{
    /// <summary>The state as PUT would write it; without the secret, which stays.</summary>
    /// <param name="issuer">An issuer as it is shown.</param>
    public static IssuerBody From(IssuerView issuer) => new(
        issuer.Name, issuer.Issuer, issuer.Kind, issuer.JwksUrl, issuer.IntrospectionUrl, issuer.ClientId, null, issuer.Enabled, issuer.Audiences, issuer.Algorithms,
        issuer.RequiredClaims, issuer.ClockSkewSeconds, issuer.ScopeClaims, issuer.RoleClaims, issuer.RoleScopes, issuer.ConsumerClaim, issuer.ConsumerMatch,
        issuer.RequireConsumer, issuer.Headers, issuer.TenantClaim, issuer.TierId);

    public CreateIssuer ToCommand() => new(ToDefinition(), Secret());

    public UpdateIssuer ToCommand(TokenIssuerId id) => new(id, ToDefinition(), Secret());

    // Printed as [secret] on the way, and never part of a body that is shown.
    private ClearSecret? Secret() => ClientSecret is null ? null : new ClearSecret(ClientSecret);

    private IssuerDefinition ToDefinition()
    {
        RateLimitTierId? tier = EntityId.TryParse<RateLimitTierId>(TierId, out var id) ? id : null;
        if (TierId is not null && tier is null)
        {
            throw new DomainException(TokenIssuerErrors.Invalid, "A tier id looks like tier_ and 26 characters; leave it out for the default.", "/tierId");
        }

        return new IssuerDefinition(
            Name, Issuer, Kind, JwksUrl, IntrospectionUrl, ClientId, Enabled, Audiences, Algorithms, RequiredClaims, ClockSkewSeconds, ScopeClaims, RoleClaims,
            RoleScopes, ConsumerClaim, ConsumerMatch, RequireConsumer, Headers, TenantClaim, tier);
    }
}
