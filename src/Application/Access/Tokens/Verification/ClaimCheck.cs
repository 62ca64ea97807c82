using System.Text.Json;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.Tokens;

namespace DataHub.Application.Access.Tokens.Verification;

/// <summary>The outcome of a check.</summary>
/// <param name="Status">Valid, invalid or expired.</param>
/// <param name="Reason">A sentence; null when valid.</param>
/// <param name="ExpiresAt">UTC instant from which the token is refused; <see cref="DateTimeOffset.MaxValue"/> for never.</param>
public readonly record struct ClaimVerdict(TokenStatus Status, string? Reason, DateTimeOffset ExpiresAt)
{
    /// <summary>Not good.</summary>
    /// <param name="reason">A sentence.</param>
    public static ClaimVerdict Invalid(string reason) => new(TokenStatus.Invalid, reason, default);
}

/// <summary>Checks the registered claims of RFC 7519 §4.1 and what the issuer's terms ask for beside them.</summary>
public static class ClaimCheck
{
    // 9999-12-31: what is later than that is for ever.
    private const double LastSecond = 253402300799;

    /// <summary>Checks the claims of a token whose signature was verified, or which its issuer calls active.</summary>
    /// <param name="terms">The issuer's terms.</param>
    /// <param name="payload">The claims as JSON.</param>
    /// <param name="claims">The same, flattened.</param>
    /// <param name="now">UTC instant.</param>
    public static ClaimVerdict Decide(IssuerTerms terms, JsonElement payload, TokenClaims claims, DateTimeOffset now)
    {
        // An introspection answer need not repeat what the question says; a signed token must.
        var signed = terms.Definition.Kind != IssuerKind.Introspection;
        if (payload.TryGetProperty("iss", out var issuer) ? !Is(issuer, terms.Definition.Issuer) : signed)
        {
            return ClaimVerdict.Invalid("The token is not of an issuer that is accepted here.");
        }

        if (terms.Definition.Audiences!.Count > 0 && !HasAudience(terms, payload))
        {
            return ClaimVerdict.Invalid("The token was made for another audience.");
        }

        if (!TryInstant(payload, "exp", out var expires) || (expires is null && signed))
        {
            return ClaimVerdict.Invalid("The token has no usable time of expiry.");
        }

        if (!TryInstant(payload, "nbf", out var notBefore) || Before(now, notBefore, terms.ClockSkew))
        {
            return ClaimVerdict.Invalid("The token is not valid yet.");
        }

        foreach (var claim in terms.Definition.RequiredClaims!)
        {
            if (!claims.TryGet(claim, out _))
            {
                return ClaimVerdict.Invalid($"The token lacks the claim '{claim}'.");
            }
        }

        var end = expires is { } at && at < DateTimeOffset.MaxValue - terms.ClockSkew ? at + terms.ClockSkew : DateTimeOffset.MaxValue;
        return now < end
            ? new ClaimVerdict(TokenStatus.Valid, null, end)
            : new ClaimVerdict(TokenStatus.Expired, "The token has expired.", end);
    }

    private static bool Before(DateTimeOffset now, DateTimeOffset? notBefore, TimeSpan skew) =>
        notBefore is { } start && (start > DateTimeOffset.MaxValue - skew || now + skew < start);

    private static bool HasAudience(IssuerTerms terms, JsonElement payload)
    {
        if (!payload.TryGetProperty("aud", out var audience))
        {
            return false;
        }

        return audience.ValueKind == JsonValueKind.Array
            ? audience.EnumerateArray().Any(one => terms.Definition.Audiences!.Any(wanted => Is(one, wanted)))
            : terms.Definition.Audiences!.Any(wanted => Is(audience, wanted));
    }

    private static bool Is(JsonElement element, string text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);

    // A NumericDate may have a fraction and must be a number (RFC 7519 §2). False: there, and not one.
    private static bool TryInstant(JsonElement payload, string name, out DateTimeOffset? instant)
    {
        instant = null;
        if (!payload.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || double.IsNaN(seconds) || seconds < 0)
        {
            return false;
        }

        instant = seconds >= LastSecond ? DateTimeOffset.MaxValue : DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }
}
