namespace DataHub.Application.Observability.Contracts;

/// <summary>How a dependency does, as the last real use of it told.</summary>
public enum DependencyStatus
{
    /// <summary>Nothing was asked of it yet.</summary>
    Unknown,

    /// <summary>The last use succeeded.</summary>
    Up,

    /// <summary>The last use failed; the node goes on without it.</summary>
    Degraded,
}

/// <summary>Tells of one dependency for <c>/health</c>. Never asks the dependency itself: a health check must not hang with it.</summary>
public interface IDependencyState
{
    /// <summary>Lower-case name without a host: <c>database</c>, <c>redis</c>, <c>request-log</c>.</summary>
    string Name { get; }

    /// <summary>False for a dependency that this node was not given; health leaves it out.</summary>
    bool IsUsed => true;

    /// <summary>The state of the moment.</summary>
    DependencyStatus Status { get; }
}
