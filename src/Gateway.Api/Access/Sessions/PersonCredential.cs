using System.Data.Common;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy;

namespace DataHub.Gateway.Api.Access.Sessions;

/// <summary>The session that a request is made in: a request feature.</summary>
/// <param name="Id">The session.</param>
/// <param name="UserId">Its person.</param>
internal sealed record PersonSession(SessionId Id, UserId UserId)
{
    /// <summary>The session of a request that was let in as a person's.</summary>
    /// <param name="context">The request.</param>
    public static PersonSession Of(HttpContext context) => context.Features.Get<PersonSession>() ?? throw new InvalidOperationException("The endpoint does not ask for a person.");
}

/// <summary>The access token of a person: as bearer token, or in the cookie of the console. It is good as long as its session is, and not a moment longer.</summary>
internal sealed class PersonCredential(IAccessTokens tokens, ISessionDirectory sessions) : IAdminCredential
{
    private const string BearerScheme = "Bearer ";

    private static readonly Problem Away = new(ErrorCodes.StoreUnavailable, "The session cannot be checked at the moment; try again shortly.") { RetryAfterSeconds = 2 };

    /// <inheritdoc/>
    public async ValueTask<AdminCredentialResult> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (Presented(context) is not var (token, byCookie))
        {
            return AdminCredentialResult.None;
        }

        if (byCookie && BrowserGuard.Refusal(context.Request) is { } refusal)
        {
            return AdminCredentialResult.Refused(refusal);
        }

        try
        {
            return await JudgeAsync(context, token, cancellationToken);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            return AdminCredentialResult.Refused(Away);
        }
    }

    /// <summary>The session of the access token in a request, expired or not: enough to end it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is no token that we signed.</returns>
    public async ValueTask<SessionId?> ReadSessionAsync(HttpContext context, CancellationToken cancellationToken) =>
        Presented(context) is var (token, _) && await tokens.ReadAsync(token, cancellationToken) is { Verdict: not AccessTokenVerdict.Invalid, Session: var session } ? session : null;

    private async Task<AdminCredentialResult> JudgeAsync(HttpContext context, string token, CancellationToken cancellationToken)
    {
        var reading = await tokens.ReadAsync(token, cancellationToken);
        if (reading.Verdict == AccessTokenVerdict.Invalid)
        {
            var request = context.Features.Get<GatewayRequest>()!;
            return AdminCredentialResult.Refused(request.AddressBlocked ? AdminAuthentication.AddressBlocked(request) : new Problem(ErrorCodes.TokenInvalid, "The access token is not valid; sign in again."));
        }

        if (reading.Verdict == AccessTokenVerdict.Expired)
        {
            return AdminCredentialResult.Refused(new Problem(ErrorCodes.TokenExpired, "The access token has expired; refresh it."), await PresenterAsync(reading.Session, cancellationToken));
        }

        if (await sessions.FindAsync(reading.Session, cancellationToken) is not { } session)
        {
            return AdminCredentialResult.Refused(new Problem(ErrorCodes.SessionEnded, "The session has ended; sign in again."), await PresenterAsync(reading.Session, cancellationToken));
        }

        context.Features.Set(new PersonSession(session.Id, session.UserId));
        return AdminCredentialResult.Of(session.Actor);
    }

    // For the records only: the refusal does not wait for a store that is away.
    private async Task<Actor?> PresenterAsync(SessionId session, CancellationToken cancellationToken)
    {
        try
        {
            return await sessions.FindPersonAsync(session, cancellationToken);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            return null;
        }
    }

    // What was sent on purpose goes before what a browser sends by itself.
    private static (string Token, bool ByCookie)? Presented(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers["X-API-Key"].ToString().Length > 0)
        {
            return null;
        }

        if (headers.Authorization is not { Count: > 0 } authorization)
        {
            return PersonCookies.ReadAccess(context) is { } cookie ? (cookie, true) : null;
        }

        return authorization is [{ } text] && text.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            && text[BearerScheme.Length..].Trim() is var token && token.Contains('.', StringComparison.Ordinal) ? (token, false) : null;
    }
}
