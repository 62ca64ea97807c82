using DataHub.Application.Access.Scopes;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Access.Users;
using DataHub.Domain.Routing.Apis;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.Scopes;

/// <summary>What adding takes.</summary>
/// <param name="Name">The scope: resource:action.</param>
/// <param name="Description">What it allows, at most 500 characters.</param>
internal sealed record ScopeBody(string Name, string Description = "");

/// <summary>What replacing takes.</summary>
/// <param name="Description">What the scope allows, at most 500 characters.</param>
internal sealed record ScopeDescriptionBody(string Description);

/// <summary>Maps <c>/scopes</c> and <c>/apis/{apiId}/scopes</c>: the catalogue.</summary>
internal static class ScopeEndpoints
{
    public static void MapScopes(this RouteGroupBuilder admin)
    {
        var scopes = admin.MapGroup("").WithTags("Scopes");
        scopes.MapGet("/scopes", ListAllAsync).WithName("ListScopes").RequirePermission(Permission.KeysRead).WithSummary("Lists the catalogue of scopes of all APIs.")
            .Produces<Envelope<IReadOnlyList<ScopeDocument>>>();
        scopes.MapGet("/apis/{apiId}/scopes", ListAsync).WithName("ListApiScopes").RequirePermission(Permission.KeysRead).WithSummary("Lists the scopes that an API knows.")
            .Produces<Envelope<IReadOnlyList<ScopeDocument>>>().ProducesProblem(404);
        scopes.MapPost("/apis/{apiId}/scopes", AddAsync).WithName("AddApiScope").RequirePermission(Permission.ApisWrite).WithSummary("Adds a scope to the catalogue of an API.")
            .Produces<Envelope<ScopeDocument>>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        scopes.MapPut("/apis/{apiId}/scopes/{name}", DescribeAsync).WithName("DescribeApiScope").RequirePermission(Permission.ApisWrite).WithSummary("Replaces the description of a scope.")
            .Produces<Envelope<ScopeDocument>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(412);
        scopes.MapDelete("/apis/{apiId}/scopes/{name}", RemoveAsync).WithName("RemoveApiScope").RequirePermission(Permission.ApisWrite)
            .WithSummary("Takes a scope out of the catalogue; keys and routes that name it keep it.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(412);
    }

    private static async Task<IResult> ListAllAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<IReadOnlyList<ScopeDocument>>(await mediator.Send(new ListScopes(null), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> ListAsync(string apiId, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<IReadOnlyList<ScopeDocument>>(await mediator.Send(new ListScopes(IdOf(apiId)), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> AddAsync(string apiId, ScopeBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var scope = await mediator.Send(new AddScope(IdOf(apiId), body.Name, body.Description), cancellationToken);
        return Answers.Created(context, $"/api/v1/apis/{scope.ApiId}/scopes/{scope.Name}", Show(scope), scope.Version);
    }

    private static async Task<IResult> DescribeAsync(string apiId, string name, ScopeDescriptionBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var scope = await mediator.Send(new DescribeScope(IdOf(apiId), name, body.Description), cancellationToken);
        return Answers.Single(context, Show(scope), scope.Version);
    }

    private static async Task<IResult> RemoveAsync(string apiId, string name, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new RemoveScope(IdOf(apiId), name), cancellationToken);
        return TypedResults.NoContent();
    }

    // Which routes require it is said by the lists.
    private static ScopeDocument Show(CatalogueScope scope) =>
        new(scope.Id.ToString(), scope.ApiId.ToString(), scope.Name, scope.Description, [], scope.CreatedAt, scope.UpdatedAt, scope.Version);

    private static ApiId IdOf(string id) => PathIds.Parse<ApiId>(id, ScopeErrors.NotFound);
}
