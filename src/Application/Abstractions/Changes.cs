namespace DataHub.Application.Abstractions;

/// <summary>The channels on which nodes tell each other of committed changes.</summary>
public static class ChangeTopics
{
    /// <summary>Anything that the gateway snapshot is compiled from: APIs, routes, upstreams, tiers. The payload is empty.</summary>
    public const string Configuration = "configuration";

    /// <summary>A key or its consumer changed. The payload is the key id, or <c>con_…</c> for all keys of a consumer.</summary>
    public const string Keys = "keys";

    /// <summary>A node came or left. The payload is empty.</summary>
    public const string Nodes = "nodes";

    /// <summary>Sessions of people ended, or a person changed. The payload is the session id, or <c>usr_…</c> for all sessions of a person.</summary>
    public const string Sessions = "sessions";

    /// <summary>The keys that sign access tokens were rotated. The payload is empty.</summary>
    public const string SigningKeys = "signing-keys";

    /// <summary>A subscription of webhooks came, changed or went. The payload is its id.</summary>
    public const string Subscriptions = "subscriptions";

    /// <summary>Event types of a tenant changed. The payload is the tenant's id.</summary>
    public const string EventTypes = "event-types";
}

/// <summary>Announces a change from inside a command; sent in the same transaction (NOTIFY), so a roll-back sends nothing.</summary>
public interface IChangePublisher
{
    /// <summary>Queues an announcement for the commit of this command.</summary>
    /// <param name="topic">One of <see cref="ChangeTopics"/>.</param>
    /// <param name="payload">At most 200 characters, no secret.</param>
    void Publish(string topic, string payload = "");
}

/// <summary>A change that another transaction committed.</summary>
/// <param name="Payload">The payload that was published.</param>
/// <param name="Number">Rises in commit order within a topic; 0 when it is not known.</param>
/// <param name="At">UTC instant of the commit, by the clock of the database.</param>
public readonly record struct CommittedChange(string Payload, long Number, DateTimeOffset At);

/// <summary>Reacts to committed changes on every node. All handlers of a topic run; all must be idempotent.</summary>
public interface IChangeHandler
{
    /// <summary>One of <see cref="ChangeTopics"/>.</summary>
    string Topic { get; }

    /// <summary>A change was committed, here (awaited before the writer gets its answer) or on another node.</summary>
    /// <param name="payload">The payload that was published.</param>
    /// <param name="cancellationToken">Ends with the process.</param>
    Task OnChangedAsync(string payload, CancellationToken cancellationToken);

    /// <summary>A change was announced, by this node or another one.</summary>
    /// <param name="change">What is known of it.</param>
    /// <param name="cancellationToken">Ends with the process.</param>
    Task OnAnnouncedAsync(CommittedChange change, CancellationToken cancellationToken) => OnChangedAsync(change.Payload, cancellationToken);

    /// <summary>Catches up with whatever may have been missed: called at start of listening, after a reconnect and at every poll.</summary>
    /// <param name="cancellationToken">Ends with the process.</param>
    Task CatchUpAsync(CancellationToken cancellationToken);
}
