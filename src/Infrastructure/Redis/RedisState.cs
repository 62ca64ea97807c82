using DataHub.Application.Observability.Contracts;

namespace DataHub.Infrastructure.Redis;

/// <summary>Tells health how Redis does: as the breaker of the connection sees it, without asking.</summary>
internal sealed class RedisState(IRedisConnection connection) : IDependencyState
{
    /// <inheritdoc/>
    public string Name => "redis";

    /// <inheritdoc/>
    public bool IsUsed => connection.IsConfigured;

    /// <inheritdoc/>
    public DependencyStatus Status => connection.IsAvailable ? DependencyStatus.Up : DependencyStatus.Degraded;
}
