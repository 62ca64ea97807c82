namespace DataHub.Application.Webhooks.Contracts;

/// <summary>Publishes events to whoever subscribes: stored in the transaction of the running command, so that a roll-back publishes nothing.</summary>
public interface IEventPublisher
{
    /// <summary>Queues an event for the commit of this command.</summary>
    /// <param name="type">Such as <c>key.rotated</c>; stable.</param>
    /// <param name="data">Written as JSON; no secret.</param>
    void Publish(string type, object data);
}

/// <summary>Stands in where nothing stores events: drops them.</summary>
internal sealed class SilentEventPublisher : IEventPublisher
{
    public void Publish(string type, object data)
    {
    }
}
