using System.Globalization;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using MediatR;

namespace DataHub.Gateway.Api.Webhooks.Events;

/// <summary>An event of a batch.</summary>
/// <param name="Type">Words of a-z, 0-9 and _ joined by dots.</param>
/// <param name="Data">A JSON object; with type and time at most 256 KiB.</param>
/// <param name="Timestamp">RFC 3339, when it happened; default now.</param>
/// <param name="IdempotencyKey">At most 260 visible characters, unique in the tenant for as long as events are kept: the same event again is not stored again.</param>
internal record EventBody(string? Type = null, JsonElement? Data = null, DateTimeOffset? Timestamp = null, string? IdempotencyKey = null);

/// <summary>What publishing takes: one event, or <c>events</c>.</summary>
/// <param name="Events">1 to 100 events, stored all or none.</param>
internal sealed record PublishBody(IReadOnlyList<EventBody>? Events = null) : EventBody;

/// <summary>A stored event.</summary>
/// <param name="Id">The printed id; also the <c>webhook-id</c> of its deliveries.</param>
/// <param name="Type">Its type.</param>
/// <param name="Timestamp">UTC instant at which it happened.</param>
internal sealed record PublishedView(string Id, string Type, DateTimeOffset Timestamp);

/// <summary>Maps <c>/webhooks/events</c>.</summary>
internal static class EventEndpoints
{
    private const string KeyHeader = "Idempotency-Key";
    private const int MaxKeyLength = 255;

    // A batch of the largest events, and what stands around them.
    private const long MaxBody = ((long)PublishEvents.MaxEvents * PublishEvents.MaxBytes) + (1024 * 1024);

    private static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The request is not valid.");
    private static readonly string[] Sources = ["api", "datahub"];

    public static void MapEvents(this RouteGroupBuilder admin)
    {
        var group = admin.MapGroup("/webhooks/events").WithTags("Webhooks");
        group.MapPost("", PublishAsync).WithName("PublishEvents").RequirePermission(Permission.ApisWrite).WithMetadata(OwnKeys.Mark)
            .WithMetadata(new BodyLimit(MaxBody))
            .WithSummary("Publishes one event or up to 100; 202 says that they are committed.")
            .WithDescription("Takes {\"type\", \"data\", \"timestamp\"?, \"idempotencyKey\"?} or {\"events\": [...]}, stored all or none. The header Idempotency-Key stands for the key of the event; in a batch, for all of them in their order. The same key with the same request answers the same again, with another 422.")
            .Produces<Envelope<PublishedView>>(StatusCodes.Status202Accepted).ProducesProblem(400).ProducesProblem(413).ProducesProblem(422).ProducesProblem(503);
        group.MapGet("", ListAsync).WithName("ListEvents").RequirePermission(Permission.AnalyticsRead).WithSummary("Lists stored events, newest first, without their payloads.").Produces<ListEnvelope<EventView>>();
        group.MapGet("/{id}", GetAsync).WithName("GetEvent").RequirePermission(Permission.AnalyticsRead).WithSummary("Shows an event with its payload.").Produces<Envelope<EventView>>().ProducesProblem(404);
    }

    private static async Task<IResult> PublishAsync(PublishBody body, HttpContext context, IMediator mediator, WriteContext write, CancellationToken cancellationToken)
    {
        var header = ReadKey(context.Request);
        var batch = body.Events is not null;
        if (batch && (body.Type is not null || body.Data is not null || body.Timestamp is not null || body.IdempotencyKey is not null))
        {
            throw new DomainException(Invalid, "Give one event, or events, not both.", "/events");
        }

        IReadOnlyList<EventBody?> events = body.Events ?? [body];
        if (events.ToList().IndexOf(null) is var gap and >= 0)
        {
            throw new DomainException(Invalid, "An event is a JSON object.", $"/events/{gap}");
        }

        for (var i = 0; i < events.Count; i++)
        {
            if (events[i]!.Data is { } data)
            {
                JsonText.Ensure(data, batch ? $"/events/{i}/data" : "/data");
            }
        }

        PublishedEvent[] published = [.. events.OfType<EventBody>().Select(e => new PublishedEvent(e.Type, e.Data ?? default, e.Timestamp, e.IdempotencyKey))];
        var accepted = await mediator.Send(new PublishEvents(published, batch, header), cancellationToken);
        if (accepted.All(a => a.Replayed))
        {
            context.Response.Headers["Idempotent-Replayed"] = "true";
        }

        PublishedView[] views = [.. accepted.Select(a => new PublishedView(a.Id.ToString(), a.Type, a.Timestamp))];
        var status = write.DryRun ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        return batch ? TypedResults.Json(new Envelope<PublishedView[]>(views), AdminJson.Options, statusCode: status)
            : TypedResults.Json(new Envelope<PublishedView>(views[0]), AdminJson.Options, statusCode: status);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var list = ListQuery.Read(context.Request, IEventReader.Sorts, "type", "source", "from", "to");
        var source = context.Request.Query["source"] is [{ } word] ? Sources.Contains(word, StringComparer.Ordinal) ? word : throw ListQuery.Refuse("source", "'source' must be one of api, datahub.") : null;
        var filter = new EventFilter(context.Request.Query["type"] is [{ Length: > 0 } type] ? type : null, source, Instant(context.Request, "from"), Instant(context.Request, "to"));
        return Answers.List(context, await mediator.Send(new ListEvents(filter, list), cancellationToken), list.Limit);
    }

    /// <summary>One event; for administrators and holders of keys.</summary>
    public static async Task<IResult> GetAsync(string id, IMediator mediator, CancellationToken cancellationToken) =>
        TypedResults.Json(new Envelope<EventView>(await mediator.Send(new GetEvent(PathIds.Parse<Domain.Webhooks.Events.EventId>(id, GetEvent.NotFound)), cancellationToken)), AdminJson.Options);

    /// <summary>An instant in a filter.</summary>
    public static DateTimeOffset? Instant(HttpRequest request, string name) =>
        request.Query[name] is not [{ } text] ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at
        : throw ListQuery.Refuse(name, $"'{name}' must be an instant such as 2026-11-20T23:42:07Z.");

    private static string? ReadKey(HttpRequest request) => request.Headers[KeyHeader] switch
    {
        [] => null,
        [{ Length: > 0 and <= MaxKeyLength } key] when key.All(c => c is > ' ' and <= '~') => key,
        _ => throw new DomainException(Invalid, $"{KeyHeader} is one text of 1 to {MaxKeyLength} visible ASCII characters."),
    };
}
