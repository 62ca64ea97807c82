using StackExchange.Redis;

namespace DataHub.Infrastructure.Redis;

/// <summary>
/// The one way to Redis. Calls never wait longer than the time-out and never throw for a Redis that is away: the first failure opens a
/// breaker, from then on calls are answered at once, and a background probe closes it again.
/// </summary>
internal interface IRedisConnection
{
    /// <summary>False without a connection string: every call is unanswered.</summary>
    bool IsConfigured { get; }

    /// <summary>False from the first failure until a probe was answered.</summary>
    bool IsAvailable { get; }

    /// <summary>How long it has been away; zero while it is available. Before the first answer it counts from the start of the process.</summary>
    TimeSpan AwayFor { get; }

    /// <summary>True when the keys of one call must lie in one slot.</summary>
    bool IsCluster { get; }

    /// <summary>In front of every key.</summary>
    string KeyPrefix { get; }

    /// <summary>Makes one call.</summary>
    /// <param name="state">Handed to the call, so that the delegate can be static.</param>
    /// <param name="call">Uses the asynchronous API only.</param>
    /// <returns>The value, or unanswered.</returns>
    ValueTask<RedisReply<T>> CallAsync<TState, T>(TState state, Func<IDatabase, TState, Task<T>> call);

    /// <summary>Adds work that runs on every connection before requests use it, such as giving back what was counted alone.</summary>
    /// <param name="work">Must end within seconds; a failure keeps the breaker open and is tried again.</param>
    void OnRecovery(Func<IDatabase, CancellationToken, Task> work);
}

/// <summary>What came of a call.</summary>
/// <param name="Answered">False when Redis is away, too slow or refused.</param>
/// <param name="Value">The value when answered.</param>
internal readonly record struct RedisReply<T>(bool Answered, T? Value);
