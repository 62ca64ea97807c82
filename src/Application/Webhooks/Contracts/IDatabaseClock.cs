namespace DataHub.Application.Webhooks.Contracts;

/// <summary>The clock by which deliveries, secrets and jobs are judged on every node. That of a node may be wrong. Implemented by Deliveries.</summary>
public interface IDatabaseClock
{
    /// <summary>UTC instant by the database's clock; answers from memory.</summary>
    DateTimeOffset Now { get; }
}
