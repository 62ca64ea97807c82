namespace DataHub.Application.Access.Contracts;

/// <summary>How the check of a token ended.</summary>
public enum TokenStatus
{
    /// <summary>The token is good; whether its claims do is another question.</summary>
    Valid,

    /// <summary>The token is not good.</summary>
    Invalid,

    /// <summary>The token was good, and its time is over.</summary>
    Expired,

    /// <summary>Nobody can tell at the moment: 503, never 401.</summary>
    Unavailable,
}

/// <summary>The answer of the token directory.</summary>
/// <param name="Status">How the check ended.</param>
/// <param name="Caller">The caller when valid, else null.</param>
/// <param name="Reason">A sentence for whoever sent the token; null when valid. Holds nothing of the token.</param>
/// <param name="Source">Where the answer came from, for the log: <c>token:cached</c>, <c>token:verified</c>, <c>token:introspected</c>.</param>
public readonly record struct TokenLookup(TokenStatus Status, TokenCaller? Caller, string? Reason, string Source);

/// <summary>
/// Checks tokens of callers against the issuers that a route accepts. A token that was verified before costs one hash; a new one a
/// signature, or a question to its issuer. A token from outside never makes it throw.
/// </summary>
public interface ITokenDirectory
{
    /// <summary>The answer from memory, without waiting or allocating.</summary>
    /// <param name="token">What the caller sent.</param>
    /// <param name="requirement">What the route accepts.</param>
    /// <param name="now">UTC instant.</param>
    /// <param name="lookup">The answer, when true is returned.</param>
    /// <returns>False when memory has none.</returns>
    bool TryFindCached(ReadOnlySpan<char> token, TokenRequirement requirement, DateTimeOffset now, out TokenLookup lookup);

    /// <summary>The answer by verification or introspection, and into memory.</summary>
    /// <param name="token">What the caller sent.</param>
    /// <param name="requirement">What the route accepts.</param>
    /// <param name="cancellationToken">Gives up waiting; what was begun goes on for others.</param>
    ValueTask<TokenLookup> FindAsync(string token, TokenRequirement requirement, CancellationToken cancellationToken);
}
