using System.Collections.Frozen;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>An issuer in use on this node. A change of the issuer makes a new one; the old one is retired, and with it what it verified.</summary>
internal sealed class IssuerUse(
    IssuerTerms terms, string fingerprint, FrozenDictionary<string, TenantId> tenants, KeySetSource? keys, IntrospectionClient? introspection)
{
    private volatile bool _retired;

    public IssuerTerms Terms { get; } = terms;

    /// <summary>Equal for issuers that decide in the same way.</summary>
    public string Fingerprint { get; } = fingerprint;

    /// <summary>Its keys; null for introspection.</summary>
    public KeySetSource? Keys { get; } = keys;

    /// <summary>Whom to ask about tokens; null unless introspection.</summary>
    public IntrospectionClient? Introspection { get; } = introspection;

    /// <summary>The tenant of a token; null when it names none that there is.</summary>
    public TenantId? TenantOf(TokenClaims claims) =>
        Terms.Definition.TenantClaim is not { } claim ? Terms.Tenant
        : claims.Single(claim) is { } name && tenants.TryGetValue(name, out var tenant) ? tenant
        : null;

    public bool Retired => _retired;

    public void Retire()
    {
        _retired = true;
        Keys?.Retire();
    }
}

/// <summary>A token in memory: the digest of what was sent, and by whose terms it was judged.</summary>
internal readonly record struct TokenKey(Domain.Access.ApiKeys.SecretDigest Digest, TokenIssuerId Issuer);

/// <summary>What memory knows of a token.</summary>
/// <param name="issuer">By whose terms it was judged.</param>
/// <param name="key">The key that verified it; null for introspection.</param>
/// <param name="caller">The caller; null for a token that its issuer calls inactive, or that is not for us.</param>
/// <param name="trustedUntil">UTC ticks until which this is believed; at most the end of the token.</param>
/// <param name="refusal">Why there is no caller; null for inactive.</param>
internal sealed class TokenEntry(IssuerUse issuer, VerificationKey? key, TokenCaller? caller, long trustedUntil, string? refusal = null)
{
    /// <summary>Why a token without a caller is refused, in a sentence.</summary>
    public string Refusal { get; } = refusal ?? "The token is not active.";

    public TokenCaller? Caller { get; } = caller;

    public long TrustedUntil { get; } = trustedUntil;

    /// <summary>False once the issuer, the key or the consumer behind it has changed.</summary>
    public bool Holds => !issuer.Retired && key is not { Withdrawn: true } && Caller?.Consumer is not { Outdated: true };
}
