using DataHub.Application.Abstractions;
using DataHub.Application.Access.SelfService;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Access.SelfService;

/// <summary>Maps what administrators do about sign-ups: <c>/registrations</c> and <c>/sign-up-codes</c>.</summary>
internal static class RegistrationEndpoints
{
    public static void MapRegistrations(this RouteGroupBuilder admin)
    {
        var registrations = admin.MapGroup("/registrations").WithTags("Self-service");
        registrations.MapGet("", ListAsync).WithName("ListRegistrations").RequirePermission(Permission.KeysRevoke).WithSummary("Lists registrations, by status, segment, name or mail address.")
            .Produces<ListEnvelope<RegistrationDocument>>();
        registrations.MapGet("/{id}", GetAsync).WithName("GetRegistration").RequirePermission(Permission.KeysRevoke).WithSummary("Shows a registration.")
            .Produces<Envelope<RegistrationDocument>>().ProducesProblem(404);
        registrations.MapPost("/{id}:approve", ApproveAsync).WithName("ApproveRegistration").RequirePermission(Permission.KeysRevoke).WithSummary("Lets an applicant claim a key.")
            .WithDescription("Takes an optional body {\"scopes\": [\"…\"], \"tierId\": \"…\"}; what it leaves out comes from the settings of the segment.")
            .Produces<Envelope<RegistrationDocument>>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
        registrations.MapPost("/{id}:reject", RejectAsync).WithName("RejectRegistration").RequirePermission(Permission.KeysRevoke).WithSummary("Turns an applicant down.")
            .WithDescription(ReasonBody.Description).Produces<Envelope<RegistrationDocument>>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);

        var codes = admin.MapGroup("/sign-up-codes").WithTags("Self-service");
        codes.MapGet("", ListCodesAsync).WithName("ListSignUpCodes").RequirePermission(Permission.KeysRevoke).WithSummary("Lists invitation codes, newest first, never the codes themselves; a search looks into the notes.")
            .Produces<ListEnvelope<SignUpCodeDocument>>();
        codes.MapGet("/{id}", GetCodeAsync).WithName("GetSignUpCode").RequirePermission(Permission.KeysRevoke).WithSummary("Shows an invitation code, never the code itself.")
            .Produces<Envelope<SignUpCodeDocument>>().ProducesProblem(404);
        codes.MapPost("", MakeCodeAsync).WithName("MakeSignUpCode").RequirePermission(Permission.KeysRevoke).WithSummary("Makes an invitation code. The answer is the only one that shows it.")
            .Produces<SignUpCodeEnvelope>(StatusCodes.Status201Created).ProducesProblem(400);
        codes.MapDelete("/{id}", RemoveCodeAsync).WithName("RemoveSignUpCode").RequirePermission(Permission.KeysRevoke).WithSummary("Withdraws an invitation code; who signed up with it keeps the key.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IRegistrations.Sorts, "status", "segment");
        var filter = new RegistrationFilter(PathIds.Word<RegistrationStatus>(context.Request, "status"), PathIds.Word<ConsumerSegment>(context.Request, "segment"));
        return Answers.List(context, await mediator.Send(new ListRegistrations(filter, list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var registration = await mediator.Send(new GetRegistration(IdOf(id)), cancellationToken);
        return Answers.Single(context, registration, registration.Version);
    }

    private static async Task<IResult> GetCodeAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(
            new Envelope<SignUpCodeDocument>(await mediator.Send(new GetSignUpCode(PathIds.Parse<SignUpCodeId>(id, SelfServiceErrors.NotFound)), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> ApproveAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<ApproveBody>(context.Request, cancellationToken) ?? new ApproveBody();
        return Shown(context, await mediator.Send(new ApproveRegistration(IdOf(id), body.Scopes, body.TierId), cancellationToken));
    }

    private static async Task<IResult> RejectAsync(string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
        Shown(context, await mediator.Send(new RejectRegistration(IdOf(id), await ReasonBody.ReadAsync(context.Request, cancellationToken)), cancellationToken));

    private static async Task<IResult> ListCodesAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IRegistrations.Sorts);
        return Answers.List(context, await mediator.Send(new ListSignUpCodes(list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> MakeCodeAsync(SignUpCodeBody body, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var made = await mediator.Send(new MakeSignUpCode(body.Segment, body.Scopes, body.TierId, body.MaxUses, body.ExpiresAt, body.Note), cancellationToken);
        var envelope = new SignUpCodeEnvelope(SignUpCodeDocument.From(made.Code), write.DryRun ? null : made.Text.Reveal());
        return TypedResults.Json(envelope, AdminJson.Options, statusCode: write.DryRun ? 200 : 201);
    }

    private static async Task<IResult> RemoveCodeAsync(string id, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new RemoveSignUpCode(PathIds.Parse<SignUpCodeId>(id, SelfServiceErrors.NotFound)), cancellationToken);
        return TypedResults.NoContent();
    }

    private static IResult Shown(HttpContext context, Registration registration) =>
        Answers.Single(context, RegistrationDocument.From(registration), registration.Version);

    private static RegistrationId IdOf(string id) => PathIds.Parse<RegistrationId>(id, SelfServiceErrors.NotFound);
}
