using DataHub.Application.Observability.Audit;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace DataHub.Gateway.Api.Observability.Audit;

/// <summary>The audit trail: lists, single records, checkpoints, verification and export.</summary>
internal static class AuditEndpoints
{
    private const string FilterText = "Filters: from, to (RFC 3339), actor, action (key.rotate, or key.* for all that begins so), resourceType, resource, result (success, denied, failure), requestId.";

    private static readonly string[] Filters = ["from", "to", "actor", "action", "resourceType", "resource", "result", "requestId"];

    /// <summary>Adds <c>/audit</c>.</summary>
    /// <param name="admin">The admin group.</param>
    public static void MapAudit(this RouteGroupBuilder admin)
    {
        admin.MapGet("/audit", ListAsync).WithTags("Audit").RequirePermission(Permission.UsersRead)
            .WithName("ListAuditRecords")
            .WithSummary("Lists the audit trail of the tenant, latest first.")
            .WithDescription(FilterText)
            .Produces<ListEnvelope<AuditEntry>>()
            .Produces<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json");
        admin.MapGet("/audit/{id}", ReadAsync).WithTags("Audit").RequirePermission(Permission.UsersRead)
            .WithName("ReadAuditRecord")
            .WithSummary("Reads one record of the audit trail.")
            .Produces<Envelope<AuditEntry>>()
            .Produces<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json");
        admin.MapGet("/audit/checkpoints", ListCheckpointsAsync).WithTags("Audit").RequirePermission(Permission.UsersRead)
            .WithName("ListAuditCheckpoints")
            .WithSummary("Lists the signed checkpoints of the tenant's chain, latest first.")
            .WithDescription("Keep one elsewhere: given back to audit:verify, it proves that nothing up to it was changed or cut off since.")
            .Produces<ListEnvelope<AuditCheckpointDocument>>();
        admin.MapGet("/audit:state", StateAsync).WithTags("Audit").RequirePermission(Permission.UsersRead)
            .WithName("ReadAuditState")
            .WithSummary("Tells how the chain stands: its end, newest checkpoint, last verification, and the keys that check signatures.")
            .Produces<Envelope<AuditState>>();
        admin.MapPost("/audit:verify", VerifyAsync).WithTags("Audit").RequirePermission(Permission.UsersRead)
            .WithName("VerifyAudit")
            .WithSummary("Verifies the chain from end to end, and names the first bad record.")
            .WithDescription("Global identities verify the chains of all tenants. Takes an optional body {\"checkpoints\": […]} of checkpoints that were kept elsewhere.")
            .Produces<Envelope<AuditVerdict>>()
            .Produces<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json");
        admin.MapGet("/audit:export", ExportAsync).WithTags("Audit").RequirePermission(Permission.UsersRead)
            .WithName("ExportAudit")
            .WithSummary("Streams the audit trail of the tenant in the order of the chain, as NDJSON or CSV.")
            .WithDescription("format is ndjson (default) or csv. " + FilterText)
            .Produces<string>(StatusCodes.Status200OK, "application/x-ndjson", "text/csv")
            .Produces<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, ["sequence"], Filters);
        if (list.Sort is not null and not "-sequence" || list.Search is not null)
        {
            throw ListQuery.Refuse(list.Search is null ? "sort" : "q", "The trail is listed latest first and has no free text: 'sort' can only be -sequence, and 'q' is not known.");
        }

        return Answers.List(context, await mediator.Send(new ListAuditRecords(list, QueryOf(context.Request.Query)), cancellationToken), list.Limit);
    }

    // Without an entity tag: a record never changes.
    private static async Task<IResult> ReadAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<AuditEntry>(await mediator.Send(new ReadAuditRecord(id), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> ListCheckpointsAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, []);
        return Answers.List(context, await mediator.Send(new ListAuditCheckpoints(list), cancellationToken), list.Limit);
    }

    private static async Task<IResult> StateAsync(IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<AuditState>(await mediator.Send(new ReadAuditState(), cancellationToken)), AdminJson.Options);

    private static async Task<IResult> VerifyAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await VerifyBody.ReadAsync(context.Request, cancellationToken);
        return TypedResults.Json(new Envelope<AuditVerdict>(await mediator.Send(new VerifyAudit(body.Checkpoints), cancellationToken)), AdminJson.Options);
    }

    private static async Task ExportAsync(HttpContext context, IMediator mediator, IAuditTrail trail, CancellationToken cancellationToken)
    {
        _ = ListQuery.Read(context.Request, [], [.. Filters, "format"]);
        var format = context.Request.Query["format"].ToString();
        if (format is not ("" or "ndjson" or "csv"))
        {
            throw ListQuery.Refuse("format", "'format' must be ndjson or csv.");
        }

        var entries = await mediator.Send(new ExportAudit(QueryOf(context.Request.Query)), cancellationToken);
        await trail.RecordAsync(new AuditNote("audit.export", "audit", null, AuditResult.Success) { Details = new { Query = context.Request.QueryString.Value } }, cancellationToken);
        await AuditExport.WriteAsync(context.Response, entries, csv: format == "csv", cancellationToken);
    }

    private static AuditQuery QueryOf(IQueryCollection query) =>
        new(query["from"], query["to"], query["actor"], query["action"], query["resourceType"], query["resource"], query["result"], query["requestId"]);
}

/// <summary>What a verification takes; the body may be left out altogether.</summary>
/// <param name="Checkpoints">Checkpoints that were kept elsewhere, at most 1000.</param>
internal sealed record VerifyBody(IReadOnlyList<AuditCheckpointDocument> Checkpoints)
{
    private const int MaxCheckpoints = 1000;

    private static readonly VerifyBody Empty = new([]);

    /// <summary>Reads the body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="BadHttpRequestException">There is a body that cannot be read.</exception>
    public static async Task<VerifyBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await OptionalBody.ReadAsync<VerifyBody>(request, cancellationToken) ?? Empty;
        return body.Checkpoints.Count <= MaxCheckpoints ? body : throw new BadHttpRequestException($"At most {MaxCheckpoints} checkpoints.", StatusCodes.Status400BadRequest);
    }
}
