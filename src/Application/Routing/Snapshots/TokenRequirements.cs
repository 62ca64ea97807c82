using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Snapshots;

/// <summary>Compiles what a route demands of tokens.</summary>
internal static class TokenRequirements
{
    /// <summary>Compiles; null where the route does not look at tokens.</summary>
    public static TokenRequirement? Compile(RouteAuth auth) => !auth.TakesTokens() ? null : new TokenRequirement
    {
        Issuers = [.. (auth.Issuers ?? []).Select(text => EntityId.TryParse<TokenIssuerId>(text, out var id) ? id : throw new InvalidOperationException($"'{text}' is not an issuer id."))],
        Claims = [.. (auth.Claims ?? []).Select(Compile)],
        BesideKey = auth.Mode == RouteAuthMode.Both,
        KeyWillDo = auth.Mode == RouteAuthMode.Either,
        Forward = auth.ForwardToken,
    };

    private static ClaimRequirement Compile(ClaimRule rule) =>
        new(rule.Claim, rule.Operator == ClaimOperator.Contains ? ClaimComparison.HoldsAll : ClaimComparison.IsOneOf, [.. rule.Values]);
}
