using DataHub.Application.Observability.RequestLogs;
using DataHub.Domain.Access.Users;
using DataHub.Gateway.Api.Admin;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace DataHub.Gateway.Api.Observability.RequestLogs;

/// <summary>The request log: lists and single requests.</summary>
internal static class RequestLogEndpoints
{
    private static readonly string[] Filters =
        ["from", "to", "status", "outcome", "route", "api", "key", "consumer", "issuer", "subject", "method", "pathPrefix", "minLatencyMs", "requestId"];

    /// <summary>Adds <c>/logs</c>.</summary>
    /// <param name="admin">The admin group.</param>
    public static void MapRequestLogs(this RouteGroupBuilder admin)
    {
        var logs = admin.MapGroup("/logs").WithTags("Logs");
        logs.MapGet("", ListAsync)
            .WithName("ListRequestLogs").RequirePermission(Permission.AnalyticsRead)
            .WithSummary("Lists proxied requests, latest first, with the decision of every step.")
            .WithDescription("Filters: from, to (RFC 3339), status (429 or 4xx), outcome, route, api, key, consumer, issuer, subject (of a token, exactly), method, pathPrefix, minLatencyMs, requestId. "
                + "q finds an id, an outcome or the beginning of a path. Rows appear within a second.")
            .Produces<ListEnvelope<RequestLogEntry>>()
            .Produces<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json");
        logs.MapGet("/{id}", ReadAsync)
            .WithName("ReadRequestLog").RequirePermission(Permission.AnalyticsRead)
            .WithSummary("Reads one request by its id, which every answer carries in X-Request-Id.")
            .Produces<Envelope<RequestLogEntry>>()
            .Produces<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, ["at"], Filters);
        if (list.Sort is not null and not "-at")
        {
            throw ListQuery.Refuse("sort", "Requests are listed latest first; 'sort' can only be -at.");
        }

        var query = context.Request.Query;
        var page = await mediator.Send(
            new ListRequestLogs(list, query["from"], query["to"], query["status"], query["outcome"], query["route"], query["api"], query["key"],
                query["consumer"], query["method"], query["pathPrefix"], query["minLatencyMs"], query["requestId"], query["issuer"], query["subject"]),
            cancellationToken);
        return Answers.List(context, page, list.Limit);
    }

    // Without an entity tag: a row never changes.
    private static async Task<IResult> ReadAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<RequestLogEntry>(await mediator.Send(new ReadRequestLog(id), cancellationToken)), AdminJson.Options);
}
