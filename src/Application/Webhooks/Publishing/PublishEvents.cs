using System.Security.Cryptography;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Events;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;

namespace DataHub.Application.Webhooks.Publishing;

/// <summary>An event as somebody publishes it.</summary>
/// <param name="Type">Such as <c>order.created</c>.</param>
/// <param name="Data">A JSON object.</param>
/// <param name="Timestamp">When it happened; null: now.</param>
/// <param name="Key">Idempotency key; null: none.</param>
public sealed record PublishedEvent(string? Type, JsonElement Data, DateTimeOffset? Timestamp, string? Key);

/// <summary>
/// Publishes events, all or none. Not a command: it stores no aggregate, and many callers share one commit, so it opens no transaction of its own.
/// </summary>
/// <param name="Events">1 to 100.</param>
/// <param name="Batch">True: faults point into <c>/events</c>.</param>
/// <param name="Key">Idempotency key of the request: it stands for the key of each event that has none, and for all of them together; null: none.</param>
public sealed record PublishEvents(IReadOnlyList<PublishedEvent> Events, bool Batch, string? Key = null) : IRequest<IReadOnlyList<AcceptedEvent>>
{
    /// <summary>Most events of a request.</summary>
    public const int MaxEvents = 100;

    /// <summary>Most bytes of an event as it is delivered: 256 KiB.</summary>
    public const int MaxBytes = 256 * 1024;
}

internal sealed class PublishEventsHandler(IEventTypeRegistry types, PublishingOptions options, IEventIntake intake, WriteContext write, IIdSource ids, TimeProvider clock)
    : IRequestHandler<PublishEvents, IReadOnlyList<AcceptedEvent>>
{
    private const int MaxKeyLength = 260;

    private static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The event is not valid.");
    private static readonly DomainError TooLarge = new(ErrorCodes.PayloadTooLarge, "The event is too large.");

    public async Task<IReadOnlyList<AcceptedEvent>> Handle(PublishEvents request, CancellationToken cancellationToken)
    {
        var registered = await types.ReadAsync(write.Tenant, cancellationToken);
        var faults = new List<DomainFault>();
        if (request.Events.Count is < 1 or > PublishEvents.MaxEvents)
        {
            throw new DomainException(Invalid, $"Give 1 to {PublishEvents.MaxEvents} events.", "/events");
        }

        for (var i = 0; i < request.Events.Count; i++)
        {
            Check(request.Events[i], registered, options.RequireRegisteredTypes, request.Batch ? $"/events/{i}" : "", faults);
        }

        PublishedEvent[] events = [.. request.Events.Select((e, i) => e with { Key = e.Key ?? (request.Key is { } shared ? request.Batch ? $"{shared}#{i}" : shared : null) })];
        var keys = events.Select(e => e.Key).OfType<string>().ToList();
        if (keys.Distinct(StringComparer.Ordinal).Count() != keys.Count)
        {
            faults.Add(new DomainFault("/events", "duplicate", "Two events have the same idempotency key."));
        }

        if (faults.Count > 0)
        {
            throw new DomainException(Invalid, faults);
        }

        var now = clock.GetUtcNow();
        IncomingEvent[] incoming = [.. events.Select((e, i) => Take(e, registered, now, request.Batch ? $"/events/{i}/data" : "/data"))];
        if (request is { Batch: true, Key: not null })
        {
            // The key of a request is used again for the same request only: not for more of its events, or fewer, or in another order.
            var all = SHA256.HashData([.. incoming.SelectMany(e => e.BodyHash!)]);
            incoming = [.. incoming.Select((e, i) => request.Events[i].Key is null ? e with { BodyHash = all } : e)];
        }

        return write.DryRun ? [.. incoming.Select(e => new AcceptedEvent(e.Id, e.Type, e.OccurredAt, false))] : await intake.StoreAsync(incoming, cancellationToken);
    }

    private static void Check(PublishedEvent published, TenantEventTypes registered, bool registeredOnly, string pointer, List<DomainFault> faults)
    {
        if (!EventTypePattern.IsType(published.Type))
        {
            faults.Add(new DomainFault(pointer + "/type", "invalid_event_type", $"An event type is words of a-z, 0-9 and _ joined by dots, such as order.created, of at most {StoredEvent.MaxTypeLength} characters."));
        }
        else if (BuiltInEventTypes.IsReserved(published.Type!))
        {
            faults.Add(new DomainFault(pointer + "/type", "reserved", "The first word of this type is the gateway's own."));
        }
        else if (registeredOnly && registered.Find(published.Type!) is null)
        {
            faults.Add(new DomainFault(pointer + "/type", "unregistered", "The event type is not registered; register it by POST /api/v1/webhooks/event-types first."));
        }

        if (published.Data.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new DomainFault(pointer + "/data", "required", "data is a JSON object."));
        }
        else if (registered.Find(published.Type ?? "") is { } type)
        {
            if (type.Archived)
            {
                faults.Add(new DomainFault(pointer + "/type", "archived", "The event type is archived; nothing can be published any more."));
            }

            faults.AddRange(type.Schema?.Check(published.Data, pointer + "/data") ?? []);
        }

        if (published.Key is { } key && (key.Length is 0 or > MaxKeyLength || key.Any(c => c is <= ' ' or > '~')))
        {
            faults.Add(new DomainFault(pointer + "/idempotencyKey", "invalid", $"An idempotency key has 1 to {MaxKeyLength} visible ASCII characters."));
        }
    }

    private IncomingEvent Take(PublishedEvent published, TenantEventTypes registered, DateTimeOffset now, string pointer)
    {
        var at = published.Timestamp?.ToUniversalTime() ?? now;
        var payload = Write(published, at, pointer);
        if (payload.Length > PublishEvents.MaxBytes)
        {
            throw new DomainException(TooLarge, $"An event has at most {PublishEvents.MaxBytes} bytes as it is delivered; this one has {payload.Length}.", pointer);
        }

        // Without a time of its own an event that is sent again is still the same.
        var hash = published.Key is null ? null : SHA256.HashData(Write(published, published.Timestamp?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch, pointer));
        return new IncomingEvent(new EventId(ids.NewId()), write.Tenant, published.Type!, at, payload, registered.Find(published.Type!)?.SchemaVersion ?? 0, published.Key, hash);
    }

    private static byte[] Write(PublishedEvent published, DateTimeOffset at, string pointer)
    {
        try
        {
            return EventEnvelope.Write(published.Type!, at, published.Data);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or JsonException)
        {
            throw new DomainException(Invalid, "The data holds text that is not Unicode, such as half of a surrogate pair.", pointer);
        }
    }
}
