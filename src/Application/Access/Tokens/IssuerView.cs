using DataHub.Domain.Access.Tokens;

namespace DataHub.Application.Access.Tokens;

/// <summary>An issuer as the API shows it; its client secret is never shown.</summary>
/// <param name="Id">The printed id.</param>
/// <param name="Name">The unique name.</param>
/// <param name="Issuer">The exact value of <c>iss</c>.</param>
/// <param name="Kind">How tokens are checked.</param>
/// <param name="JwksUrl">Where the keys are; null unless <c>jwks</c>.</param>
/// <param name="IntrospectionUrl">Where tokens are asked about; null unless <c>introspection</c>.</param>
/// <param name="ClientId">The gateway's name at the introspection endpoint.</param>
/// <param name="HasClientSecret">True when a client secret is stored.</param>
/// <param name="Enabled">False while none of its tokens is accepted.</param>
/// <param name="Audiences">One of these must stand in <c>aud</c>.</param>
/// <param name="Algorithms">Allowed signature algorithms.</param>
/// <param name="RequiredClaims">Claims that must be there.</param>
/// <param name="ClockSkewSeconds">Seconds by which the clocks may differ.</param>
/// <param name="ScopeClaims">Claims that hold scopes.</param>
/// <param name="RoleClaims">Claims that hold roles.</param>
/// <param name="RoleScopes">Scopes that a role stands for.</param>
/// <param name="ConsumerClaim">Claim that names the consumer.</param>
/// <param name="ConsumerMatch">What the claim names the consumer by.</param>
/// <param name="RequireConsumer">Whether a token must name a consumer.</param>
/// <param name="Headers">Claims that the upstream gets as headers.</param>
/// <param name="TenantClaim">Claim that names the tenant of the caller.</param>
/// <param name="TierId">Tier of tokens whose consumer has none.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC instant of the last change.</param>
/// <param name="Version">Counts changes; the entity tag.</param>
public sealed record IssuerView(
    string Id,
    string Name,
    string Issuer,
    IssuerKind Kind,
    string? JwksUrl,
    string? IntrospectionUrl,
    string? ClientId,
    bool HasClientSecret,
    bool Enabled,
    IReadOnlyList<string> Audiences,
    IReadOnlyList<string> Algorithms,
    IReadOnlyList<string> RequiredClaims,
    int ClockSkewSeconds,
    IReadOnlyList<string> ScopeClaims,
    IReadOnlyList<string> RoleClaims,
    IReadOnlyDictionary<string, IReadOnlyList<string>> RoleScopes,
    string? ConsumerClaim,
    ConsumerMatch ConsumerMatch,
    bool RequireConsumer,
    IReadOnlyList<ClaimHeader> Headers,
    string? TenantClaim,
    string? TierId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>Shows an issuer. Commands hand out the aggregate, because its version is known only after the commit.</summary>
    /// <param name="issuer">The issuer.</param>
    public static IssuerView Of(TokenIssuer issuer)
    {
        var d = issuer.Definition;
        return new IssuerView(
            issuer.Id.ToString(), d.Name, d.Issuer, d.Kind, d.JwksUrl, d.IntrospectionUrl, d.ClientId, issuer.ClientSecret is not null, d.Enabled,
            d.Audiences ?? [], d.Algorithms ?? [], d.RequiredClaims ?? [], d.ClockSkewSeconds, d.ScopeClaims ?? [], d.RoleClaims ?? [],
            d.RoleScopes ?? new Dictionary<string, IReadOnlyList<string>>(), d.ConsumerClaim, d.ConsumerMatch, d.RequireConsumer, d.Headers ?? [], d.TenantClaim,
            d.TierId?.ToString(), issuer.CreatedAt, issuer.UpdatedAt, issuer.Version);
    }
}
