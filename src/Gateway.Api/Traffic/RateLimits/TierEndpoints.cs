using System.Text.Json;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Traffic.RateLimits;

/// <summary>What POST and PUT of a tier take.</summary>
/// <param name="Name">Unique, 1 to 64 characters.</param>
/// <param name="Limits">At most eight, in the order they are shown; none means unlimited.</param>
/// <param name="IsDefault">True for the tier of keys that name none; takes the mark from the tier that had it.</param>
/// <param name="Shared">True: every tenant may refer to it, for ever; for the default tenant only. Left out: as it is.</param>
internal sealed record TierBody(string Name, IReadOnlyList<RateLimit> Limits, bool IsDefault = false, bool? Shared = null);

/// <summary>A tier.</summary>
/// <param name="Id">The tier id.</param>
/// <param name="Name">The unique name.</param>
/// <param name="IsDefault">True for the tier of keys that name none.</param>
/// <param name="Limits">The limits, in the order they are shown.</param>
/// <param name="CreatedAt">RFC 3339, UTC.</param>
/// <param name="UpdatedAt">RFC 3339, UTC.</param>
/// <param name="Shared">True when every tenant may refer to it; only the default tenant changes it.</param>
internal sealed record TierResponse(
    string Id, string Name, bool IsDefault, IReadOnlyList<RateLimit> Limits, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool Shared)
{
    public static TierResponse Of(TierView view) =>
        new(view.Id.ToString(), view.Name, view.IsDefault, view.Limits, view.CreatedAt, view.UpdatedAt, view.Shared);
}

/// <summary>Rate-limit tiers.</summary>
internal static class TierEndpoints
{
    private const string Path = "/api/v1/tiers/";

    public static void MapTiers(this RouteGroupBuilder admin)
    {
        var tiers = admin.MapGroup("/tiers").WithTags("Tiers");
        tiers.MapGet("", ListAsync).WithName("ListTiers").RequirePermission(Permission.ApisRead).WithSummary("Lists rate-limit tiers.").Produces<ListEnvelope<TierResponse>>();
        tiers.MapPost("", CreateAsync).WithName("CreateTier").RequirePermission(Permission.RateLimitsWrite).WithSummary("Makes a rate-limit tier.")
            .Produces<Envelope<TierResponse>>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(409);
        tiers.MapGet("/{id}", GetAsync).WithName("GetTier").RequirePermission(Permission.ApisRead).WithSummary("Reads a rate-limit tier.")
            .Produces<Envelope<TierResponse>>().ProducesProblem(404);
        tiers.MapPut("/{id}", ReplaceAsync).WithName("ReplaceTier").RequirePermission(Permission.RateLimitsWrite).WithSummary("Replaces a rate-limit tier; counts of kept limits go on.")
            .Produces<Envelope<TierResponse>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        tiers.MapPatch("/{id}", PatchAsync).WithName("PatchTier").RequirePermission(Permission.RateLimitsWrite).WithSummary("Changes a rate-limit tier by JSON merge patch.")
            .Produces<Envelope<TierResponse>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        tiers.MapDelete("/{id}", DeleteAsync).WithName("DeleteTier").RequirePermission(Permission.RateLimitsWrite).WithSummary("Deletes a rate-limit tier that nothing refers to.")
            .Produces(204).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var request = ListQuery.Read(context.Request, ["createdAt", "name"]);
        var page = await mediator.Send(new ListTiers(request), cancellationToken);
        return Answers.List(context, new Application.Abstractions.Page<TierResponse>([.. page.Items.Select(TierResponse.Of)], page.NextCursor), request.Limit);
    }

    private static async Task<IResult> CreateAsync(TierBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var tier = await mediator.Send(new CreateTier(body.Name, body.IsDefault, body.Limits) { Shared = body.Shared ?? false }, cancellationToken);
        return Answers.Created(context, Path + tier.Id, TierResponse.Of(tier), tier.Version);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Single(context, await mediator.Send(new GetTier(Parse(id)), cancellationToken));

    private static async Task<IResult> ReplaceAsync(string id, TierBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Single(context, await mediator.Send(new ReplaceTier(Parse(id), body.Name, body.IsDefault, body.Limits) { Shared = body.Shared }, cancellationToken));

    private static async Task<IResult> PatchAsync(string id, JsonElement patch, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetTier(Parse(id)), cancellationToken);
        var body = MergePatch.Apply(new TierBody(current.Name, current.Limits, current.IsDefault), patch);
        return Single(context, await mediator.Send(new ReplaceTier(current.Id, body.Name, body.IsDefault, body.Limits) { Shared = body.Shared }, cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteTier(Parse(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static IResult Single(HttpContext context, TierView tier) => Answers.Single(context, TierResponse.Of(tier), tier.Version);

    // What is not an id names nothing.
    private static RateLimitTierId Parse(string id) =>
        EntityId.TryParse<RateLimitTierId>(id, out var parsed) ? parsed : throw new DomainException(RateLimitErrors.NotFound);
}
