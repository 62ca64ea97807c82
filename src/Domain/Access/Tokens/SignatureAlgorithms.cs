namespace DataHub.Domain.Access.Tokens;

/// <summary>
/// The signature algorithms of RFC 7518 §3.1 that a token may be signed with: asymmetric ones only. <c>none</c> and <c>HS*</c> are not
/// among them and cannot be allowed: a verifier that holds public keys must never take one of them for a shared secret (RFC 8725 §2.1).
/// </summary>
public static class SignatureAlgorithms
{
    /// <summary>Every algorithm that an issuer can be allowed.</summary>
    public static readonly IReadOnlyList<string> All = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>What an issuer is allowed when nothing is said.</summary>
    public static readonly IReadOnlyList<string> Default = ["RS256", "PS256", "ES256"];
}
