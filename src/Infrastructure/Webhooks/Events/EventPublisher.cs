using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Events;
using DataHub.Domain.Webhooks.Events;
using DataHub.Infrastructure.Persistence;

namespace DataHub.Infrastructure.Webhooks.Events;

/// <summary>Stores events in the transaction of the running command.</summary>
internal sealed class EventPublisher(DataHubDbContext context, WriteContext write, IIdSource ids, TimeProvider clock, FanOutBell bell) : IEventPublisher
{
    public void Publish(string type, object data)
    {
        var now = clock.GetUtcNow();
        context.Add(new StoredEvent(new EventId(ids.NewId()), write.Tenant, type, now, EventEnvelope.Write(type, now, data)));
        bell.Published();
    }
}
