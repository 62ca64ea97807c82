using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.Sessions;

/// <summary>An access token.</summary>
/// <param name="Token">A signed JWT (RFC 9068).</param>
/// <param name="ExpiresAt">UTC instant from which it is refused.</param>
public sealed record AccessToken(ClearSecret Token, DateTimeOffset ExpiresAt);

/// <summary>How a presented access token reads.</summary>
public enum AccessTokenVerdict
{
    /// <summary>We signed it and it has not expired. Whether its session goes on is another question.</summary>
    Good,

    /// <summary>We signed it, and it has expired.</summary>
    Expired,

    /// <summary>Anything else.</summary>
    Invalid,
}

/// <summary>What a presented access token says.</summary>
/// <param name="Verdict">How it reads.</param>
/// <param name="Session">The session, when it is good.</param>
public readonly record struct AccessTokenReading(AccessTokenVerdict Verdict, SessionId Session);

/// <summary>Signs and reads access tokens, under keys that all nodes share and that are replaced in time.</summary>
public interface IAccessTokens
{
    /// <summary>Signs a token.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the wait for the keys.</param>
    Task<AccessToken> IssueAsync(UserId userId, SessionId session, CancellationToken cancellationToken);

    /// <summary>Reads a token; whatever it is, the answer is a verdict.</summary>
    /// <param name="token">What was presented.</param>
    /// <param name="cancellationToken">Ends the wait for the keys.</param>
    ValueTask<AccessTokenReading> ReadAsync(string token, CancellationToken cancellationToken);
}
