using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Sessions;

/// <summary>Why a session ended before its time.</summary>
public enum SessionEnd
{
    /// <summary>The person signed out.</summary>
    SignedOut,

    /// <summary>The person ended it from another session, or an administrator did.</summary>
    Ended,

    /// <summary>A refresh token was used a second time: somebody else may have it.</summary>
    RefreshReused,

    /// <summary>The password was changed or reset.</summary>
    PasswordChanged,
}

/// <summary>What a refresh token was good for.</summary>
public enum RefreshVerdict
{
    /// <summary>It was the current one; it is used up now.</summary>
    Rotated,

    /// <summary>The same client sent the one before a moment after using it: it gets the same successor again.</summary>
    Repeated,

    /// <summary>It was used before: the session is ended.</summary>
    Reused,

    /// <summary>It came too late.</summary>
    Expired,

    /// <summary>The session was ended before.</summary>
    Ended,
}

/// <summary>How long things live.</summary>
/// <param name="Refresh">A refresh token that is not used.</param>
/// <param name="Session">A session, however often it is refreshed.</param>
/// <param name="Repeat">In which the same client may send a used refresh token again.</param>
public sealed record SessionLifetimes(TimeSpan Refresh, TimeSpan Session, TimeSpan Repeat);

/// <summary>Where a request of a person comes from.</summary>
/// <param name="Address">Its address, as trusted proxies tell it.</param>
/// <param name="Agent">Its <c>User-Agent</c>, cut to <see cref="MaxAgentLength"/> characters; empty when it sent none.</param>
public sealed record SessionClient(string Address, string Agent)
{
    /// <summary>Most characters of an address.</summary>
    public const int MaxAddressLength = 45;

    /// <summary>Most characters kept of a user agent.</summary>
    public const int MaxAgentLength = 200;
}

/// <summary>
/// One sign-in of a person, until it ends: the family of refresh tokens that follow from it. Each is good once; the session ends when one is used again.
/// </summary>
public sealed class Session : AggregateRoot<SessionId>
{
    /// <summary>Most characters of the method.</summary>
    public const int MaxMethodLength = 60;

    private Session(SessionId id, DateTimeOffset now) : base(id, now) => (Method, Address, Agent) = ("", "", "");

    private Session() => (Method, Address, Agent) = ("", "", "");

    /// <summary>Whose it is.</summary>
    public UserId UserId { get; private set; }

    /// <summary>How the person signed in: <c>password</c>, or <c>sso:</c> and the name of the provider.</summary>
    public string Method { get; private set; }

    /// <summary>Address of the client that opened or last refreshed it.</summary>
    public string Address { get; private set; }

    /// <summary>User agent of that client.</summary>
    public string Agent { get; private set; }

    /// <summary>UTC instant after which it cannot be refreshed any more.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>Number of the refresh token that is good now, from 1.</summary>
    public int Generation { get; private set; } = 1;

    /// <summary>UTC instant at which that token was issued.</summary>
    public DateTimeOffset RefreshedAt { get; private set; }

    /// <summary>UTC instant after which that token is not good any more.</summary>
    public DateTimeOffset RefreshExpiresAt { get; private set; }

    /// <summary>That token, covered by the one before it; null for the first.</summary>
    [Masked]
    public byte[]? Successor { get; private set; }

    /// <summary>UTC instant at which it ended; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Why it ended; null while it goes on.</summary>
    public SessionEnd? EndReason { get; private set; }

    /// <summary>Opens a session with refresh token number 1.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="userId">Whose it is.</param>
    /// <param name="method">How the person signed in.</param>
    /// <param name="client">From where.</param>
    /// <param name="lifetimes">How long it lives.</param>
    /// <param name="now">UTC instant of the request.</param>
    public static Session Open(SessionId id, UserId userId, string method, SessionClient client, SessionLifetimes lifetimes, DateTimeOffset now)
    {
        var session = new Session(id, now) { UserId = userId, Method = method, Address = client.Address, Agent = client.Agent, ExpiresAt = now + lifetimes.Session };
        session.Issue(lifetimes, now);
        return session;
    }

    /// <summary>Whether its access tokens and refresh tokens are good.</summary>
    /// <param name="now">UTC instant.</param>
    public bool IsActive(DateTimeOffset now) => EndedAt is null && now < ExpiresAt && now < RefreshExpiresAt;

    /// <summary>Uses a refresh token of this session.</summary>
    /// <param name="generation">Its number.</param>
    /// <param name="successor">The next token, covered by it; kept when the verdict is <see cref="RefreshVerdict.Rotated"/>.</param>
    /// <param name="client">Who uses it.</param>
    /// <param name="lifetimes">How long things live.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <returns>What it was good for. <see cref="RefreshVerdict.Reused"/> has ended the session.</returns>
    public RefreshVerdict Refresh(int generation, byte[] successor, SessionClient client, SessionLifetimes lifetimes, DateTimeOffset now)
    {
        if (EndedAt is not null)
        {
            return RefreshVerdict.Ended;
        }

        if (generation != Generation)
        {
            // Two tabs. A thief would have to sit at the same address, look the same, and be there within seconds. Another node's clock may be behind.
            if (lifetimes.Repeat > TimeSpan.Zero && generation == Generation - 1 && now - RefreshedAt <= lifetimes.Repeat && client.Address == Address && client.Agent == Agent)
            {
                return RefreshVerdict.Repeated;
            }

            End(SessionEnd.RefreshReused, now);
            return RefreshVerdict.Reused;
        }

        if (!IsActive(now))
        {
            return RefreshVerdict.Expired;
        }

        (Address, Agent, Successor) = (client.Address, client.Agent, successor);
        Generation++;
        Issue(lifetimes, now);
        return RefreshVerdict.Rotated;
    }

    /// <summary>Ends it; one that ended keeps its first reason.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="now">UTC instant of the request.</param>
    public void End(SessionEnd reason, DateTimeOffset now)
    {
        if (EndedAt is null)
        {
            (EndedAt, EndReason, Successor) = (now, reason, null);
            Touch(now);
        }
    }

    private void Issue(SessionLifetimes lifetimes, DateTimeOffset now)
    {
        var limit = now + lifetimes.Refresh;
        (RefreshedAt, RefreshExpiresAt) = (now, limit < ExpiresAt ? limit : ExpiresAt);
        Touch(now);
    }
}
