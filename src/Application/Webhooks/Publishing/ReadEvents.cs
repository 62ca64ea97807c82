using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Application.Webhooks.Scopes;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using MediatR;

namespace DataHub.Application.Webhooks.Publishing;

/// <summary>An event as the API shows it.</summary>
/// <param name="Id">The printed id; also the <c>webhook-id</c> of its deliveries.</param>
/// <param name="Type">Its type.</param>
/// <param name="Timestamp">UTC instant at which it happened.</param>
/// <param name="Source"><c>datahub</c> for the gateway's own, <c>api</c> for published ones.</param>
/// <param name="SchemaVersion">Version of the schema that it passed; null without one.</param>
/// <param name="Bytes">Size of the payload.</param>
/// <param name="CreatedAt">UTC instant at which it was stored.</param>
/// <param name="Payload">The payload; null in lists.</param>
public sealed record EventView(string Id, string Type, DateTimeOffset Timestamp, string Source, int? SchemaVersion, int Bytes, DateTimeOffset CreatedAt, JsonElement? Payload);

/// <summary>What a list of events is narrowed to; null members do not narrow.</summary>
/// <param name="Type">Their type, or <c>order.*</c>.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="From">UTC instant of storing, inclusive.</param>
/// <param name="To">UTC instant of storing, exclusive.</param>
public sealed record EventFilter(string? Type, string? Source, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Reads stored events of the tenant.</summary>
public interface IEventReader
{
    /// <summary>Fields that the list can be sorted by.</summary>
    static readonly string[] Sorts = ["createdAt"];

    /// <summary>One event with its payload.</summary>
    /// <param name="id">The event.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when it does not exist, or no longer.</returns>
    Task<EventView?> FindAsync(EventId id, CancellationToken cancellationToken);

    /// <summary>One page, without payloads.</summary>
    /// <param name="filter">What it is narrowed to.</param>
    /// <param name="list">Page and order.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Page<EventView>> ListAsync(EventFilter filter, ListRequest list, CancellationToken cancellationToken);
}

/// <summary>One event. The holder of a key sees what its scopes cover.</summary>
/// <param name="Id">The event.</param>
public sealed record GetEvent(EventId Id) : IQuery<EventView>
{
    /// <summary>No such event.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The event does not exist.");
}

/// <summary>A page of events.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListEvents(EventFilter Filter, ListRequest List) : IQuery<Page<EventView>>;

internal sealed class GetEventHandler(IEventReader events, IKeyStandings keys, IEventTypeRegistry types, WriteContext write, TimeProvider clock) : IRequestHandler<GetEvent, EventView>
{
    public async Task<EventView> Handle(GetEvent request, CancellationToken cancellationToken)
    {
        var found = await events.FindAsync(request.Id, cancellationToken);
        return found is not null && (write.Actor.Kind != ActorKind.ApiKey || await MaySeeAsync(found, cancellationToken)) ? found : throw new DomainException(GetEvent.NotFound);
    }

    private async Task<bool> MaySeeAsync(EventView found, CancellationToken cancellationToken)
    {
        if (!EntityId.TryParse<ApiKeyId>(write.Actor.Id, out var id) || await keys.ReadAsync([id], cancellationToken) is not [var key])
        {
            return false;
        }

        var declared = (await types.ReadAsync(write.Tenant, cancellationToken)).Find(found.Type)?.Scope;
        return EventScopeRule.MayReceive(key, found.Type, declared, clock.GetUtcNow())
            && (!EventScopeRule.IsAboutOneConsumer(found.Type) || (found.Payload is { } payload && payload.TryGetProperty("data", out var data)
                && data.TryGetProperty("consumerId", out var consumer) && consumer.ValueKind == JsonValueKind.String && consumer.ValueEquals(key.Consumer.ToString())));
    }
}

internal sealed class ListEventsHandler(IEventReader events) : IRequestHandler<ListEvents, Page<EventView>>
{
    public Task<Page<EventView>> Handle(ListEvents request, CancellationToken cancellationToken) => events.ListAsync(request.Filter, request.List, cancellationToken);
}
