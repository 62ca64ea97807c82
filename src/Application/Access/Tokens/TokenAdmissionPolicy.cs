using DataHub.Application.Access.Contracts;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Access.Tokens;

/// <summary>The decision over the claims of a verified token.</summary>
/// <param name="Code">Null when allowed; else one of the error codes.</param>
/// <param name="Claim">The claim that is missing or has another value; null for none.</param>
public readonly record struct TokenAdmission(string? Code, string? Claim)
{
    /// <summary>True when nothing was refused.</summary>
    public bool Allowed => Code is null;
}

/// <summary>Decides whether the holder of a good token may come in. Runs on every request with a token: allocates nothing, waits for nothing.</summary>
public static class TokenAdmissionPolicy
{
    /// <summary>Decides by the consumer, then by the route's conditions on claims.</summary>
    /// <param name="caller">The verified token.</param>
    /// <param name="requirement">What the route demands.</param>
    public static TokenAdmission Decide(TokenCaller caller, TokenRequirement requirement)
    {
        if (caller.Consumer is { Suspended: true })
        {
            return new TokenAdmission(ErrorCodes.ConsumerSuspended, null);
        }

        if (caller.ConsumerMissing)
        {
            return new TokenAdmission(ErrorCodes.InsufficientClaims, null);
        }

        foreach (var wanted in requirement.Claims)
        {
            if (!caller.Claims.TryGet(wanted.Claim, out var claim) || !Meets(claim, wanted))
            {
                return new TokenAdmission(ErrorCodes.InsufficientClaims, wanted.Claim);
            }
        }

        return default;
    }

    private static bool Meets(in ClaimValue claim, ClaimRequirement wanted)
    {
        if (wanted.Comparison == ClaimComparison.IsOneOf)
        {
            return !claim.IsList && Contains(wanted.Values, claim.Values[0]);
        }

        foreach (var value in wanted.Values)
        {
            if (claim.IsList ? !Contains(claim.Values, value) : !ContainsWord(claim.Values[0], value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Contains(string[] values, string wanted)
    {
        foreach (var value in values)
        {
            if (string.Equals(value, wanted, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ContainsWord(ReadOnlySpan<char> text, ReadOnlySpan<char> wanted)
    {
        foreach (var range in text.Split(' '))
        {
            if (text[range].SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }
}
