using System.Buffers.Text;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Access.SignIn;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy;
using MediatR;

namespace DataHub.Gateway.Api.Access.Sessions;

/// <summary>Maps signing in, refreshing and signing out under <c>/auth</c>.</summary>
internal static class SessionEndpoints
{
    private const int DeviceEntropy = 32;

    public static void MapSessions(this RouteGroupBuilder admin)
    {
        var auth = admin.MapGroup("/auth").WithTags("Signing in");
        auth.MapPost("/login", LoginAsync).AllowAnonymous().NotRepeatable().WithName("SignIn").WithSummary("Signs a person in with mail address and password, and a code where a second factor is on.")
            .Produces<Envelope<TokensDocument>>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(429);
        auth.MapPost("/refresh", RefreshAsync).AllowAnonymous().NotRepeatable().WithName("RefreshSession").WithSummary("Exchanges a refresh token for the next tokens. Each is good once; a second use ends the session.").WithDescription(RefreshBody.Description)
            .Produces<Envelope<TokensDocument>>().ProducesProblem(401).ProducesProblem(403);
        auth.MapPost("/logout", LogoutAsync).AllowAnonymous().NotRepeatable().WithName("SignOut").WithSummary("Ends the session of the access token, the refresh token or the cookies, on every node. Without any of them it does nothing.").WithDescription(RefreshBody.Description)
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(403);
        auth.MapGet("/me", MeAsync).RequireSignedIn().WithName("GetMe").WithSummary("Tells who calls, and what that identity may do.")
            .Produces<Envelope<MeDocument>>();
        auth.MapGet("/sessions", ListAsync).RequireSignedIn(ActorKind.User).WithName("ListOwnSessions").WithSummary("Lists the open sessions of the person who asks.")
            .Produces<Envelope<IReadOnlyList<SessionDocument>>>();
        auth.MapDelete("/sessions", EndOthersAsync).RequireSignedIn(ActorKind.User).WithName("EndOtherSessions").WithSummary("Ends all sessions of the person who asks but this one.")
            .Produces(StatusCodes.Status204NoContent);
        auth.MapDelete("/sessions/{id}", EndAsync).RequireSignedIn(ActorKind.User).WithName("EndOwnSession").WithSummary("Ends a session of the person who asks.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404);
    }

    /// <summary>The client of a request.</summary>
    /// <param name="context">The request.</param>
    public static SessionClient ClientOf(HttpContext context)
    {
        var agent = string.Concat(context.Request.Headers.UserAgent.ToString().Where(c => !char.IsControl(c)));
        return new SessionClient(
            context.Features.Get<GatewayRequest>()!.ClientIp.ToString(),
            agent.Length > SessionClient.MaxAgentLength ? agent[..SessionClient.MaxAgentLength] : agent);
    }

    /// <summary>The token that this browser has, or a new one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="random">Where a new one comes from.</param>
    public static string DeviceOf(HttpContext context, IRandomSource random)
    {
        Span<byte> entropy = stackalloc byte[DeviceEntropy];
        random.Fill(entropy);
        return PersonCookies.ReadDevice(context) ?? Base64Url.EncodeToString(entropy);
    }

    private static async Task<IResult> LoginAsync(LoginBody body, HttpContext context, IMediator mediator, IRandomSource random, CancellationToken cancellationToken)
    {
        // Who could sign a browser in as somebody else from another site would read what the person then enters.
        if (body.Cookies && BrowserGuard.Refusal(context.Request) is { } refusal)
        {
            return new ProblemAnswer(refusal);
        }

        var device = body.Cookies ? DeviceOf(context, random) : null;
        var result = await mediator.Send(
            new SignInWithPassword(body.Email, new ClearSecret(body.Password), Secret(body.Code), Secret(body.RecoveryCode), ClientOf(context), PersonCookies.ReadDevice(context), device),
            cancellationToken);
        return result.Outcome switch
        {
            SignInOutcome.SignedIn => Tokens(context, result.Tokens!, body.Cookies, device),
            SignInOutcome.CodeNeeded => new ProblemAnswer(new Problem(ErrorCodes.SecondFactorRequired, "Send the code that the authenticator app shows, or a recovery code.")),
            SignInOutcome.Throttled => Throttled(result.RetryAfterSeconds),
            _ => new ProblemAnswer(new Problem(ErrorCodes.LoginFailed, "Mail address, password or code is not right.")),
        };
    }

    /// <summary>The refusal of an attempt that comes too soon.</summary>
    /// <param name="retryAfterSeconds">Seconds to wait.</param>
    public static IResult Throttled(int retryAfterSeconds) =>
        new ProblemAnswer(new Problem(ErrorCodes.LoginThrottled, $"Too many sign-ins failed from here; try again in {retryAfterSeconds} s.") { RetryAfterSeconds = retryAfterSeconds });

    private static async Task<IResult> RefreshAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var (token, byCookie, refusal) = await ReadRefreshAsync(context, cancellationToken);
        if (refusal is not null)
        {
            return new ProblemAnswer(refusal);
        }

        var refreshed = token is null ? new RefreshedSession(null, null) : await mediator.Send(new RefreshSession(new ClearSecret(token), ClientOf(context), byCookie), cancellationToken);
        if (refreshed.Tokens is { } tokens)
        {
            return Tokens(context, tokens, byCookie, device: null);
        }

        if (byCookie)
        {
            PersonCookies.Clear(context);
        }

        return new ProblemAnswer(refreshed.Verdict switch
        {
            RefreshVerdict.Reused => new Problem(ErrorCodes.RefreshReused, "This refresh token was used before. The session is ended; sign in again."),
            RefreshVerdict.Expired => new Problem(ErrorCodes.TokenExpired, "The refresh token has expired; sign in again."),
            RefreshVerdict.Ended => new Problem(ErrorCodes.SessionEnded, "The session has ended; sign in again."),
            _ => new Problem(ErrorCodes.TokenInvalid, "The refresh token is not valid; sign in again."),
        });
    }

    private static async Task<IResult> LogoutAsync(HttpContext context, IMediator mediator, PersonCredential credential, CancellationToken cancellationToken)
    {
        var (token, byCookie, refusal) = await ReadRefreshAsync(context, cancellationToken);
        if (refusal is not null)
        {
            return new ProblemAnswer(refusal);
        }

        await mediator.Send(new SignOut(await credential.ReadSessionAsync(context, cancellationToken), Secret(token)), cancellationToken);
        if (byCookie || PersonCookies.ReadAccess(context) is not null)
        {
            PersonCookies.Clear(context);
        }

        return TypedResults.NoContent();
    }

    private static async Task<IResult> MeAsync(HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var session = context.Features.Get<PersonSession>();
        var person = session is null ? null : await mediator.Send(new GetPerson(session.UserId), cancellationToken);
        var actor = write.Actor;
        return TypedResults.Json(
            new Envelope<MeDocument>(new MeDocument(
                actor.Kind == ActorKind.User ? "user" : "admin-key",
                actor.Id,
                write.Tenant.ToString(),
                actor.Global,
                [.. actor.Permissions.Order(StringComparer.Ordinal)],
                person is null ? null : PersonDocument.From(person),
                session?.Id.ToString())),
            AdminJson.Options);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var current = PersonSession.Of(context);
        var sessions = await mediator.Send(new ListSessions(current.UserId), cancellationToken);
        return TypedResults.Json(new Envelope<IReadOnlyList<SessionDocument>>([.. sessions.Select(s => s with { Current = s.Id == current.Id.ToString() })]), AdminJson.Options);
    }

    private static async Task<IResult> EndOthersAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var current = PersonSession.Of(context);
        await mediator.Send(new EndSessions(current.UserId, current.Id, SessionEnd.Ended), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> EndAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var session = PathIds.Parse<SessionId>(id, SessionErrors.NotFound);
        await mediator.Send(new EndSession(PersonSession.Of(context).UserId, session, SessionEnd.Ended), cancellationToken);
        return TypedResults.NoContent();
    }

    // What is in the body was sent on purpose; what is in a cookie has to prove where it comes from.
    private static async Task<(string? Token, bool ByCookie, Problem? Refusal)> ReadRefreshAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if ((await OptionalBody.ReadAsync<RefreshBody>(context.Request, cancellationToken))?.RefreshToken is { } token)
        {
            return (token, false, null);
        }

        var cookie = PersonCookies.ReadRefresh(context);
        var relies = cookie is not null || PersonCookies.ReadAccess(context) is not null;
        return (cookie, cookie is not null, relies ? BrowserGuard.Refusal(context.Request) : null);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<Envelope<TokensDocument>> Tokens(HttpContext context, SessionTokens tokens, bool byCookie, string? device)
    {
        if (byCookie)
        {
            PersonCookies.Write(context, tokens, device);
        }

        return TypedResults.Json(new Envelope<TokensDocument>(TokensDocument.From(tokens, byCookie)), AdminJson.Options);
    }

    private static ClearSecret? Secret(string? text) => text is null ? null : new ClearSecret(text);
}
