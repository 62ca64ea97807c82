using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.Users;

/// <summary>What POST and PUT take, and what PATCH patches.</summary>
/// <param name="Email">Unique over all tenants, whatever its case.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Role"><c>admin</c>, <c>developer</c> or <c>viewer</c>.</param>
/// <param name="Global">True: in every tenant; only global administrators can give or take that.</param>
internal sealed record UserBody(string Email, string Name, Role Role, bool Global = false)
{
    public static UserBody From(UserDocument user) => new(user.Email, user.Name, user.Role, user.Global);

    public InviteUser ToCommand() => new(Email, Name, Role, Global);

    public UpdateUser ToCommand(UserId id) => new(id, Email, Name, Role, Global);
}

/// <summary>A role and what it may do.</summary>
/// <param name="Role">The role.</param>
/// <param name="Permissions">Its permissions, in the order of the matrix.</param>
internal sealed record RoleDocument(Role Role, IReadOnlyList<string> Permissions);

/// <summary>Maps <c>/users</c> and <c>/roles</c>.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this RouteGroupBuilder admin)
    {
        admin.MapGet("/roles", ListRoles).WithTags("Users").WithName("ListRoles").RequireSignedIn().WithSummary("Tells which role may do what.")
            .Produces<ListEnvelope<RoleDocument>>();
        var users = admin.MapGroup("/users").WithTags("Users");
        users.MapGet("", ListAsync).WithName("ListUsers").RequirePermission(Permission.UsersRead).WithSummary("Lists users, by role, status, name or address.")
            .Produces<ListEnvelope<UserDocument>>();
        users.MapPost("", InviteAsync).WithName("InviteUser").RequirePermission(Permission.UsersWrite).WithSummary("Makes a user, who is invited until the invitation is accepted.")
            .Produces<Envelope<UserDocument>>(StatusCodes.Status201Created).ProducesProblem(400).ProducesProblem(409);
        users.MapGet("/{id}", GetAsync).WithName("GetUser").RequirePermission(Permission.UsersRead).WithSummary("Shows a user.")
            .Produces<Envelope<UserDocument>>().ProducesProblem(404);
        users.MapPut("/{id}", ReplaceAsync).WithName("ReplaceUser").RequirePermission(Permission.UsersWrite).WithSummary("Replaces address, name and role of a user.")
            .Produces<Envelope<UserDocument>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        users.MapPatch("/{id}", PatchAsync).WithName("PatchUser").RequirePermission(Permission.UsersWrite).WithSummary("Changes a user by JSON merge patch.")
            .Accepts<JsonElement>("application/merge-patch+json", "application/json")
            .Produces<Envelope<UserDocument>>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        users.MapDelete("/{id}", DeleteAsync).WithName("DeleteUser").RequirePermission(Permission.UsersWrite).WithSummary("Removes a user who owns no consumer.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        users.MapPost("/{id}:disable", DisableAsync).WithName("DisableUser").RequirePermission(Permission.UsersWrite).WithSummary("Switches a user off until enabled.")
            .Produces<Envelope<UserDocument>>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        users.MapPost("/{id}:enable", EnableAsync).WithName("EnableUser").RequirePermission(Permission.UsersWrite).WithSummary("Switches a user on again.")
            .Produces<Envelope<UserDocument>>().ProducesProblem(404).ProducesProblem(412);
    }

    private static IResult ListRoles(HttpContext context)
    {
        var roles = Enum.GetValues<Role>();
        return Answers.List(context, new Page<RoleDocument>([.. roles.Select(r => new RoleDocument(r, [.. Permission.All.Where(RolePermissions.Of(r).Contains)]))], null), roles.Length);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IUserList.Sorts, "role", "status");
        var filter = new UserFilter(PathIds.Word<Role>(context.Request, "role"), PathIds.Word<UserStatus>(context.Request, "status"));
        return Answers.List(context, await mediator.Send(new ListUsers(filter, list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> InviteAsync(UserBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var user = await mediator.Send(body.ToCommand(), cancellationToken);
        return Answers.Created(context, $"/api/v1/users/{user.Id}", UserDocument.From(user), user.Version);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var user = await mediator.Send(new GetUser(IdOf(id)), cancellationToken);
        return Answers.Single(context, user, user.Version);
    }

    private static async Task<IResult> ReplaceAsync(string id, UserBody body, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(body.ToCommand(IdOf(id)), cancellationToken));

    private static async Task<IResult> PatchAsync(
        string id, JsonElement patch, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var current = await mediator.Send(new GetUser(IdOf(id)), cancellationToken);
        var patched = MergePatch.Apply(UserBody.From(current), patch);

        // The patch was made against what was read just now: somebody else's change in between must not be undone by it.
        write.IfMatch ??= [$"\"{current.Version}\""];
        return Shown(context, await mediator.Send(patched.ToCommand(IdOf(id)), cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteUser(IdOf(id)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> DisableAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new DisableUser(IdOf(id)), cancellationToken));

    private static async Task<IResult> EnableAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new EnableUser(IdOf(id)), cancellationToken));

    private static IResult Shown(HttpContext context, User user) => Answers.Single(context, UserDocument.From(user), user.Version);

    private static UserId IdOf(string id) => PathIds.Parse<UserId>(id, UserErrors.NotFound);
}
