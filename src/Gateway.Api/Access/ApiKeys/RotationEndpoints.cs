using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DataHub.Gateway.Api.Access.ApiKeys;

/// <summary>Maps the rotation of keys.</summary>
internal static class RotationEndpoints
{
    public static void MapRotation(this RouteGroupBuilder admin)
    {
        var keys = admin.MapGroup("").WithTags("Keys");
        keys.MapPost("/keys/{id}:rotate", RotateAsync).WithName("RotateKey").RequirePermission(Permission.KeysWrite)
            .WithSummary("Adds a secret to a key and gives the earlier ones an end. The answer is the only one that shows it.").WithDescription(RotateKeyBody.Description)
            .Produces<IssuedKeyEnvelope>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
    }

    /// <summary>200 with the key and its new secret, for no cache to keep.</summary>
    /// <param name="context">The request.</param>
    /// <param name="rotated">The key that has a new secret.</param>
    /// <param name="insights">Reads what its traffic tells.</param>
    /// <param name="clock">Tells the status.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public static async Task<JsonHttpResult<IssuedKeyEnvelope>> RotatedAsync(
        HttpContext context, IssuedApiKey rotated, IKeyInsights insights, TimeProvider clock, CancellationToken cancellationToken)
    {
        context.Response.Headers.ETag = WriteContext.EtagOf(rotated.Key);
        context.Response.Headers.CacheControl = "no-store";
        var dryRun = context.RequestServices.GetRequiredService<WriteContext>().DryRun;
        var insight = (await insights.ReadAsync([rotated.Key.Id], cancellationToken)).GetValueOrDefault(rotated.Key.Id);
        var key = ApiKeyDocument.From(rotated.Key, clock.GetUtcNow(), insight);
        return TypedResults.Json(
            dryRun ? new IssuedKeyEnvelope(key, null, IssuedKeyEnvelope.NotIssued) : new IssuedKeyEnvelope(key, rotated.Secret.Reveal(), IssuedKeyEnvelope.ShownOnce),
            AdminJson.Options);
    }

    private static async Task<IResult> RotateAsync(
        string id, HttpContext context, IMediator mediator, IKeyInsights insights, TimeProvider clock, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<RotateKeyBody>(context.Request, cancellationToken) ?? new RotateKeyBody();
        var rotated = await mediator.Send(new RotateApiKey(PathIds.Parse<ApiKeyId>(id, ApiKeyErrors.NotFound), body.GraceSeconds, body.Reason), cancellationToken);
        return await RotatedAsync(context, rotated, insights, clock, cancellationToken);
    }
}
