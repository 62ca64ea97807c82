using DataHub.Application.Abstractions;
using DataHub.Application.Access.SingleSignOn;
using DataHub.Gateway.Api.Access.Sessions;
using DataHub.Gateway.Api.Admin;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Gateway.Api.Access.SingleSignOn;

/// <summary>Maps single sign-on under <c>/auth/sso</c>. Browsers are sent here; programs use the other endpoints.</summary>
internal static class SsoEndpoints
{
    private const string DefaultReturn = "/api/v1/auth/me";
    private const int MaxReturnLength = 500;

    public static void MapSingleSignOn(this RouteGroupBuilder admin)
    {
        var sso = admin.MapGroup("/auth/sso").WithTags("Single sign-on").AllowAnonymous().NotRepeatable();
        sso.MapGet("", ListAsync).WithName("ListSsoProviders").WithSummary("Lists the identity providers that people can sign in with.")
            .Produces<Envelope<IReadOnlyList<SsoProviderInfo>>>();
        sso.MapGet("/{provider}/start", StartAsync).WithName("StartSso").WithSummary("Sends the browser to an identity provider. ?returnTo= is the path to go to afterwards.")
            .Produces(StatusCodes.Status302Found).ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
        sso.MapGet("/{provider}/callback", CallbackAsync).WithName("FinishSso").WithSummary("Takes the answer of an identity provider, sets the cookies of the session and sends the browser on.")
            .Produces(StatusCodes.Status302Found).ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(503);
    }

    private static async Task<IResult> ListAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<IReadOnlyList<SsoProviderInfo>>(await mediator.Send(new ListSsoProviders(), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> StartAsync(string provider, HttpContext context, IMediator mediator, ISecretBox box, TimeProvider clock, CancellationToken cancellationToken)
    {
        var returnTo = ReturnOf(context.Request);
        var begun = await mediator.Send(new BeginProviderSignIn(provider), cancellationToken);
        SsoCookie.Write(context, box, provider, begun.Challenge, returnTo, clock.GetUtcNow());
        return TypedResults.Redirect(begun.Url.AbsoluteUri);
    }

    private static async Task<IResult> CallbackAsync(
        string provider, HttpContext context, IMediator mediator, ISecretBox box, IRandomSource random, TimeProvider clock, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        var pending = SsoCookie.Take(context, box, provider, One(query, "state"), clock.GetUtcNow())
            ?? throw new DomainException(SsoErrors.Failed, "This browser did not begin this sign-in, or began it more than ten minutes ago; begin again.");
        if (One(query, "error") is { } error)
        {
            throw new DomainException(SsoErrors.Failed, $"The identity provider refused: {(error.All(c => char.IsAsciiLetterLower(c) || c == '_') && error.Length <= 40 ? error : "an error without a known name")}.");
        }

        var code = One(query, "code") is { Length: > 0 and <= 4096 } given ? given : throw new DomainException(SsoErrors.Failed, "The identity provider's answer has no code.");
        var tokens = await mediator.Send(new SignInWithProvider(provider, new ClearSecret(code), One(query, "iss"), pending.Challenge, SessionEndpoints.ClientOf(context)), cancellationToken);
        PersonCookies.Write(context, tokens, SessionEndpoints.DeviceOf(context, random));

        // The code in this page's address must not travel on to the next one.
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Redirect(pending.ReturnTo);
    }

    // A path of this host only: whoever could send people elsewhere after signing in would show them a page that looks the same.
    private static string ReturnOf(HttpRequest request)
    {
        if (request.Query["returnTo"] is not { Count: > 0 } given)
        {
            return DefaultReturn;
        }

        return given is [{ Length: > 0 and <= MaxReturnLength } path] && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && path.All(c => c is > ' ' and < (char)0x7F and not '\\')
            ? path
            : throw ListQuery.Refuse("returnTo", "'returnTo' must be a path of this host, such as /console/keys.");
    }

    private static string? One(IQueryCollection query, string name) => query[name] is [{ } value] ? value : null;
}
