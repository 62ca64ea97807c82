using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Tokens;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.Tokens;

/// <summary>Maps <c>/issuers</c>.</summary>
internal static class IssuerEndpoints
{
    /// <summary>The words of the filter <c>enabled</c>.</summary>
    private enum Switch
    {
        False,
        True,
    }

    public static void MapIssuers(this RouteGroupBuilder admin)
    {
        var issuers = admin.MapGroup("/issuers").WithTags("Issuers");
        issuers.MapGet("", ListAsync).WithName("ListIssuers").RequirePermission(Permission.ApisRead).WithSummary("Lists the issuers whose tokens routes may accept.")
            .Produces<ListEnvelope<IssuerView>>();
        issuers.MapPost("", CreateAsync).WithName("CreateIssuer").RequirePermission(Permission.ApisWrite).WithSummary("Makes an issuer: an identity provider whose tokens routes may accept.")
            .Produces<Envelope<IssuerView>>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(409);
        issuers.MapGet("/{id}", GetAsync).WithName("GetIssuer").RequirePermission(Permission.ApisRead).WithSummary("Shows an issuer, without its client secret.")
            .Produces<Envelope<IssuerView>>().ProducesProblem(404);
        issuers.MapPut("/{id}", ReplaceAsync).WithName("ReplaceIssuer").RequirePermission(Permission.ApisWrite).WithSummary("Replaces an issuer; tokens that were verified before are verified again.")
            .Produces<Envelope<IssuerView>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        issuers.MapPatch("/{id}", PatchAsync).WithName("PatchIssuer").RequirePermission(Permission.ApisWrite).WithSummary("Changes an issuer by JSON merge patch.")
            .Accepts<JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<IssuerView>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        issuers.MapDelete("/{id}", DeleteAsync).WithName("DeleteIssuer").RequirePermission(Permission.ApisWrite).WithSummary("Removes an issuer that no route accepts.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        issuers.MapPost("/{id}:check", CheckAsync).WithName("CheckIssuer").RequirePermission(Permission.ApisWrite).WithSummary("Asks the issuer now, on this node, and shows the keys that it has.")
            .Produces<Envelope<IssuerState>>().ProducesProblem(404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, ITokenIssuerList.Sorts, "enabled");
        bool? enabled = PathIds.Word<Switch>(context.Request, "enabled") is { } word ? word == Switch.True : null;
        return Answers.List(context, await mediator.Send(new ListIssuers(new IssuerFilter(enabled), list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> CreateAsync(IssuerBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var issuer = await mediator.Send(body.ToCommand(), cancellationToken);
        return Answers.Created(context, $"/api/v1/issuers/{issuer.Id}", IssuerView.Of(issuer), issuer.Version);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var issuer = await mediator.Send(new GetIssuer(IdOf(id)), cancellationToken);
        return Answers.Single(context, issuer, issuer.Version);
    }

    private static async Task<IResult> ReplaceAsync(string id, IssuerBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(body.ToCommand(IdOf(id)), cancellationToken));

    private static async Task<IResult> PatchAsync(
        string id, JsonElement patch, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetIssuer(IdOf(id)), cancellationToken);
        var patched = MergePatch.Apply(IssuerBody.From(current), patch);

        // The patch was made against what was read just now: somebody else's change in between must not be undone by it.
        write.IfMatch ??= [$"\"{current.Version}\""];
        return Shown(context, await mediator.Send(patched.ToCommand(IdOf(id)), cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteIssuer(IdOf(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> CheckAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<IssuerState>(await mediator.Send(new CheckIssuer(IdOf(id)), cancellationToken)), AdminJson.Options);

    private static IResult Shown(HttpContext context, TokenIssuer issuer) => Answers.Single(context, IssuerView.Of(issuer), issuer.Version);

    private static TokenIssuerId IdOf(string id) => PathIds.Parse<TokenIssuerId>(id, TokenIssuerErrors.NotFound);
}
