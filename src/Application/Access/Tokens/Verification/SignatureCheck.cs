namespace DataHub.Application.Access.Tokens.Verification;

/// <summary>How the check of a signature ended.</summary>
public enum SignatureStatus
{
    /// <summary>A key of the issuer made it.</summary>
    Good,

    /// <summary>None did.</summary>
    Bad,

    /// <summary>The issuer's terms do not allow the algorithm.</summary>
    WrongAlgorithm,

    /// <summary>No key has the id that the token names: the issuer may have a new one.</summary>
    UnknownKey,
}

/// <summary>Checks who signed a token.</summary>
public static class SignatureCheck
{
    /// <summary>Checks the signature; the algorithm first.</summary>
    /// <param name="terms">The issuer's terms.</param>
    /// <param name="keys">The issuer's keys.</param>
    /// <param name="token">The token.</param>
    /// <param name="key">The key that verified it, when good.</param>
    public static SignatureStatus Decide(IssuerTerms terms, KeySet keys, CompactToken token, out VerificationKey? key)
    {
        key = null;
        if (!terms.Algorithms.Contains(token.Algorithm))
        {
            return SignatureStatus.WrongAlgorithm;
        }

        if (!keys.Knows(token.KeyId))
        {
            return SignatureStatus.UnknownKey;
        }

        foreach (var candidate in keys.Find(token.KeyId, token.Algorithm))
        {
            if (candidate.Verifies(token.Algorithm, token.Signed, token.Signature))
            {
                key = candidate;
                return SignatureStatus.Good;
            }
        }

        return SignatureStatus.Bad;
    }
}
