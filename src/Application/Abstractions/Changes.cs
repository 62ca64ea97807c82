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
}

/// <summary>Announces a change from inside a command; sent in the same transaction (NOTIFY), so a roll-back sends nothing.</summary>
public interface IChangePublisher
{
    /// <summary>Queues an announcement for the commit of this command.</summary>
    /// <param name="topic">One of <see cref="ChangeTopics"/>.</param>
    /// <param name="payload">At most 200 characters, no secret.</param>
    void Publish(string topic, string payload = "");
}

/// <summary>Reacts to committed changes on every node. All handlers of a topic run; all must be idempotent.</summary>
public interface IChangeHandler
{
    /// <summary>One of <see cref="ChangeTopics"/>.</summary>
    string Topic { get; }

    /// <summary>A change was committed, here (awaited before the writer gets its answer) or on another node.</summary>
    /// <param name="payload">The payload that was published.</param>
    /// <param name="cancellationToken">Ends with the process.</param>
    Task OnChangedAsync(string payload, CancellationToken cancellationToken);

    /// <summary>Catches up with whatever may have been missed: called at start of listening, after a reconnect and at every poll.</summary>
    /// <param name="cancellationToken">Ends with the process.</param>
    Task CatchUpAsync(CancellationToken cancellationToken);
}
