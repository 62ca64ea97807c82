using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using MediatR;

namespace DataHub.Application.Webhooks.EventTypes;

/// <summary>One event type: of the tenant, or of the gateway.</summary>
/// <param name="Name">The type.</param>
public sealed record GetEventType(string Name) : IQuery<EventTypeView>;

/// <summary>A page of event types by name: those of the tenant and those of the gateway.</summary>
/// <param name="BuiltIn">True for the gateway's, false for the tenant's; null: both.</param>
/// <param name="List">Page; sorted by name.</param>
public sealed record ListEventTypes(bool? BuiltIn, ListRequest List) : IQuery<Page<EventTypeView>>;

internal sealed class GetEventTypeHandler(IEventTypeRepository types) : IRequestHandler<GetEventType, EventTypeView>
{
    public async Task<EventTypeView> Handle(GetEventType request, CancellationToken cancellationToken) =>
        BuiltInEventTypes.All.FirstOrDefault(t => t.Name == request.Name) is { } own ? EventTypeView.Of(own)
        : await types.FindAsync(request.Name, cancellationToken) is { } found ? EventTypeView.Of(found)
        : throw new DomainException(EventTypeErrors.NotFound);
}

internal sealed class ListEventTypesHandler(IEventTypeRepository types) : IRequestHandler<ListEventTypes, Page<EventTypeView>>
{
    public async Task<Page<EventTypeView>> Handle(ListEventTypes request, CancellationToken cancellationToken)
    {
        var filters = $"event-types|{request.BuiltIn}|{request.List.Search}|{request.List.Sort}";
        var after = Cursor.Decode(request.List.Cursor, filters)?.SortValue;
        var descending = request.List.Sort?.StartsWith('-') == true;
        IEnumerable<(string Name, Func<EventTypeView> Show)> all =
        [
            .. request.BuiltIn == true ? [] : (await types.ReadAllAsync(cancellationToken)).Select(t => (t.Name, (Func<EventTypeView>)(() => EventTypeView.Of(t)))),
            .. request.BuiltIn == false ? [] : BuiltInEventTypes.All.Select(t => (t.Name, (Func<EventTypeView>)(() => EventTypeView.Of(t)))),
        ];
        var sorted = (descending ? all.OrderByDescending(t => t.Name, StringComparer.Ordinal) : all.OrderBy(t => t.Name, StringComparer.Ordinal))
            .Where(t => request.List.Search is null || t.Name.Contains(request.List.Search, StringComparison.OrdinalIgnoreCase))
            .Where(t => after is null || Math.Sign(string.CompareOrdinal(t.Name, after)) == (descending ? -1 : 1))
            .Take(request.List.Limit + 1).ToList();

        // Schemas are parsed of those that are shown only.
        var shown = sorted.Take(request.List.Limit).Select(t => t.Show()).ToList();
        return new Page<EventTypeView>(shown, sorted.Count > shown.Count ? new Cursor(shown[^1].Name, Guid.Empty).Encode(filters) : null);
    }
}
