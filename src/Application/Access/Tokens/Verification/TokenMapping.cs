using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Tokens.Verification;

/// <summary>Makes the caller out of a token that was found good: subject, scopes, headers, whom limits count.</summary>
public static class TokenMapping
{
    /// <summary>Most characters of a header's value; a longer claim is not sent.</summary>
    public const int MaxHeaderLength = 4096;

    /// <summary>The text that the token names its consumer by.</summary>
    /// <param name="terms">The issuer's terms.</param>
    /// <param name="claims">The claims.</param>
    /// <returns>Null when it names none, or the issuer's tokens do not.</returns>
    public static string? ConsumerOf(IssuerTerms terms, TokenClaims claims) =>
        terms.Definition.ConsumerClaim is { } claim ? claims.Single(claim) : null;

    /// <summary>Makes the caller.</summary>
    /// <param name="terms">The issuer's terms.</param>
    /// <param name="claims">The claims.</param>
    /// <param name="tenant">The tenant of the caller.</param>
    /// <param name="consumer">The consumer that the token names; null for none.</param>
    /// <param name="expiresAt">UTC instant from which the token is refused.</param>
    public static TokenCaller ToCaller(IssuerTerms terms, TokenClaims claims, TenantId tenant, ConsumerRecord? consumer, DateTimeOffset expiresAt)
    {
        var subject = claims.Single("sub") ?? claims.Single("client_id") ?? claims.Single("azp") ?? "";
        return new TokenCaller
        {
            IssuerId = terms.Id,
            IssuerIdText = terms.IdText,
            TenantId = tenant,
            Subject = subject,
            Consumer = consumer,
            ConsumerMissing = consumer is null && terms.Definition.RequireConsumer,
            Scopes = ScopesOf(terms, claims),
            Claims = claims,
            Headers = HeadersOf(terms, claims),
            LimitSubject = consumer?.Id.Value ?? SubjectId(terms.Id, subject),
            TierId = consumer?.TierId ?? terms.Definition.TierId,
            ExpiresAt = expiresAt,
        };
    }

    private static ScopeGrant ScopesOf(IssuerTerms terms, TokenClaims claims)
    {
        // A wildcard opens what nobody has thought of yet: only an administrator of the gateway hands it out, by way of a role.
        var scopes = terms.Definition.ScopeClaims!.SelectMany(claims.Words).Where(s => !s.Contains('*', StringComparison.Ordinal));
        var roles = terms.Definition.RoleClaims!.SelectMany(claims.Words);
        var ofRoles = roles.SelectMany(role => terms.Definition.RoleScopes!.TryGetValue(role, out var granted) ? granted : []);
        var all = scopes.Concat(ofRoles).Distinct(StringComparer.Ordinal).ToList();
        return all.Count > 0 ? new ScopeGrant(all) : ScopeGrant.None;
    }

    private static KeyValuePair<string, string>[] HeadersOf(IssuerTerms terms, TokenClaims claims) =>
        [.. terms.Definition.Headers!
            .Where(h => ClaimHeader.IsAllowedName(h.Header))
            .Select(h => KeyValuePair.Create(h.Header, claims.TryGet(h.Claim, out var claim) ? ValueOf(claim) : ""))
            .Where(h => h.Value.Length is > 0 and <= MaxHeaderLength)];

    private static string ValueOf(ClaimValue claim) =>
        claim.IsList ? string.Join(',', claim.Values.Select(v => Encode(v, list: true))) : Encode(claim.Values[0], list: false);

    // Visible ASCII as it is, anything else percent-encoded (RFC 3986 §2.1), so that no value can end its header or begin another.
    private static string Encode(string text, bool list) =>
        text.AsSpan().ContainsAnyExceptInRange('!', '~') || text.Contains('%', StringComparison.Ordinal) || (list && text.Contains(',', StringComparison.Ordinal))
            ? Uri.EscapeDataString(text)
            : text;

    private static Guid SubjectId(TokenIssuerId issuer, string subject)
    {
        var text = Encoding.UTF8.GetBytes(subject);
        var bytes = new byte[16 + text.Length];
        issuer.Value.TryWriteBytes(bytes);
        text.CopyTo(bytes, 16);
        return new Guid(SHA256.HashData(bytes).AsSpan(0, 16));
    }
}
