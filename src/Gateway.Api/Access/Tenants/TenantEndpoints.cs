using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Tenants;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.Tenants;

/// <summary>What POST and PUT take, and what PATCH patches.</summary>
/// <param name="Name">Unique: lower case letters, digits and inner <c>-</c>.</param>
/// <param name="DisplayName">For people, at most 100 characters.</param>
/// <param name="Hosts">Hosts that are this tenant's alone, exact or <c>*.example.com</c>.</param>
/// <param name="Metadata">Free pairs, at most 50.</param>
internal sealed record TenantBody(
    string Name, string DisplayName = "", IReadOnlyList<string>? Hosts = null, IReadOnlyDictionary<string, string>? Metadata = null)
{
    public static TenantBody From(TenantDetails tenant) => new(tenant.Name, tenant.DisplayName, tenant.Hosts, tenant.Metadata);

    public CreateTenant ToCommand() => new(Name, DisplayName, Hosts ?? [], Metadata ?? new Dictionary<string, string>());

    public UpdateTenant ToCommand(TenantId id) => new(id, Name, DisplayName, Hosts ?? [], Metadata ?? new Dictionary<string, string>());
}

/// <summary>Maps <c>/tenants</c>, for global administrators.</summary>
internal static class TenantEndpoints
{
    public static void MapTenants(this RouteGroupBuilder admin)
    {
        var tenants = admin.MapGroup("/tenants").WithTags("Tenants").RequireGlobal();
        tenants.MapGet("", ListAsync).WithName("ListTenants").RequirePermission(Permission.UsersRead).WithSummary("Lists tenants.")
            .Produces<ListEnvelope<TenantDetails>>();
        tenants.MapPost("", CreateAsync).WithName("CreateTenant").RequirePermission(Permission.UsersWrite).WithSummary("Makes a tenant.")
            .Produces<Envelope<TenantDetails>>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(409);
        tenants.MapGet("/{id}", GetAsync).WithName("GetTenant").RequirePermission(Permission.UsersRead).WithSummary("Shows a tenant.")
            .Produces<Envelope<TenantDetails>>().ProducesProblem(404);
        tenants.MapPut("/{id}", ReplaceAsync).WithName("ReplaceTenant").RequirePermission(Permission.UsersWrite).WithSummary("Replaces a tenant.")
            .Produces<Envelope<TenantDetails>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        tenants.MapPatch("/{id}", PatchAsync).WithName("PatchTenant").RequirePermission(Permission.UsersWrite).WithSummary("Changes a tenant by JSON merge patch.")
            .Accepts<JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<TenantDetails>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        tenants.MapDelete("/{id}", DeleteAsync).WithName("DeleteTenant").RequirePermission(Permission.UsersWrite).WithSummary("Removes a tenant that owns nothing.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, ListTenants.Sorts);
        return Answers.List(context, await mediator.Send(new ListTenants(list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> CreateAsync(TenantBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var tenant = await mediator.Send(body.ToCommand(), cancellationToken);
        return Answers.Created(context, $"/api/v1/tenants/{tenant.Id}", TenantDetails.From(tenant), tenant.Version);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var tenant = await mediator.Send(new GetTenant(IdOf(id)), cancellationToken);
        return Answers.Single(context, tenant, tenant.Version);
    }

    private static async Task<IResult> ReplaceAsync(string id, TenantBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(body.ToCommand(IdOf(id)), cancellationToken));

    private static async Task<IResult> PatchAsync(
        string id, JsonElement patch, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetTenant(IdOf(id)), cancellationToken);
        var patched = MergePatch.Apply(TenantBody.From(current), patch);

        // The patch was made against what was read just now: somebody else's change in between must not be undone by it.
        write.IfMatch ??= [$"\"{current.Version}\""];
        return Shown(context, await mediator.Send(patched.ToCommand(IdOf(id)), cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteTenant(IdOf(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static IResult Shown(HttpContext context, Tenant tenant) => Answers.Single(context, TenantDetails.From(tenant), tenant.Version);

    private static TenantId IdOf(string id) => PathIds.Parse<TenantId>(id, TenantErrors.NotFound);
}
