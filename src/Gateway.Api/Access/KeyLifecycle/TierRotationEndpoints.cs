using DataHub.Application.Access.KeyLifecycle;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Gateway.Api.Access.ApiKeys;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.KeyLifecycle;

/// <summary>Maps <c>/tiers/{id}/key-rotation</c>: the schedule of the keys of a tier.</summary>
internal static class TierRotationEndpoints
{
    private static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The tier does not exist, or has no rotation schedule.");

    public static void MapTierRotation(this RouteGroupBuilder admin)
    {
        var rotation = admin.MapGroup("/tiers/{id}/key-rotation").WithTags("Tiers");
        rotation.MapGet("", GetAsync).WithName("GetTierKeyRotation").RequirePermission(Permission.KeysRead)
            .WithSummary("Shows the rotation schedule for the keys of a tier that have none of their own.")
            .Produces<Envelope<RotationSchedule>>().ProducesProblem(404);
        rotation.MapPut("", PutAsync).WithName("SetTierKeyRotation").RequirePermission(Permission.RateLimitsWrite)
            .WithSummary("Sets the rotation schedule for the keys of a tier that have none of their own.")
            .Produces<Envelope<RotationSchedule>>().ProducesProblem(400).ProducesProblem(404);
        rotation.MapDelete("", DeleteAsync).WithName("RemoveTierKeyRotation").RequirePermission(Permission.RateLimitsWrite)
            .WithSummary("Removes the rotation schedule of a tier.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404);
    }

    private static async Task<IResult> GetAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<RotationSchedule>(await mediator.Send(new GetTierRotation(IdOf(id)), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> PutAsync(string id, RotationBody body, IMediator mediator, CancellationToken cancellationToken)
    {
        var schedule = await mediator.Send(new SetTierRotation(IdOf(id), body.ToSchedule()), cancellationToken);
        return TypedResults.Json(new Envelope<RotationSchedule>(schedule!), AdminJson.Options);
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new SetTierRotation(IdOf(id), null), cancellationToken);
        return TypedResults.NoContent();
    }

    private static RateLimitTierId IdOf(string id) => PathIds.Parse<RateLimitTierId>(id, NotFound);
}
