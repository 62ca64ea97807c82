namespace DataHub.Application.Traffic.Contracts;

/// <summary>
/// One request's question to the limiter and the answer to it. The proxy keeps one per request, so a decision allocates nothing.
/// </summary>
public sealed class RateLimitEvaluation
{
    /// <summary>Most limits that one request can meet.</summary>
    public const int MaxLimits = 8;

    private readonly LimitReading[] _readings = new LimitReading[MaxLimits];

    /// <summary>The compiled tier whose limits apply.</summary>
    public CompiledTier Tier { get; set; } = CompiledTier.Unlimited;

    /// <summary>Subject of limits by key.</summary>
    public Guid KeyId { get; set; }

    /// <summary>Subject of limits by consumer.</summary>
    public Guid ConsumerId { get; set; }

    /// <summary>Subject of limits by tenant.</summary>
    public Guid TenantId { get; set; }

    /// <summary>With the key, the subject of limits by endpoint.</summary>
    public Guid RouteId { get; set; }

    /// <summary>Subject of limits by address: the IPv4-mapped address, or the /64 of an IPv6 one.</summary>
    public UInt128 ClientAddress { get; set; }

    /// <summary>False when an enforced limit refused; then nothing was charged.</summary>
    public bool Allowed { get; set; } = true;

    /// <summary>How many readings are valid.</summary>
    public int Count { get; set; }

    /// <summary>Whole seconds after which the request would conform, rounded up; 0 when allowed.</summary>
    public int RetryAfterSeconds { get; set; }

    /// <summary>True when the shared store was away and the node's share decided.</summary>
    public bool Degraded { get; set; }

    /// <summary>The readings, in the order of the tier's limits.</summary>
    public Span<LimitReading> Readings => _readings.AsSpan(0, Count);

    /// <summary>All slots, for the limiter to fill.</summary>
    public Span<LimitReading> Slots => _readings;

    /// <summary>The state of one limit after the decision.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <returns>The reading by reference.</returns>
    public ref LimitReading this[int index] => ref _readings[index];
}

/// <summary>The state of one limit after a decision.</summary>
public record struct LimitReading
{
    /// <summary>Units left now; never negative.</summary>
    public long Remaining { get; set; }

    /// <summary>Whole seconds until more units come, rounded up; at least 1 when <see cref="Remaining"/> is 0.</summary>
    public int ResetSeconds { get; set; }

    /// <summary>True when this limit refused the request (or would have, in shadow mode).</summary>
    public bool Denied { get; set; }
}

/// <summary>Decides over all limits of a request at once: all are charged or none.</summary>
public interface IRateLimitPolicy
{
    /// <summary>Decides, and fills the readings. Completes synchronously in the common case.</summary>
    /// <param name="evaluation">The question; holds the answer afterwards.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>True when the request may go on.</returns>
    ValueTask<bool> DecideAsync(RateLimitEvaluation evaluation, CancellationToken cancellationToken);
}

/// <summary>The cheap guard before authentication: counts failed authentications per address.</summary>
public interface IFailedAuthenticationGuard
{
    /// <summary>Whether an address has failed too often lately.</summary>
    /// <param name="clientAddress">As in <see cref="RateLimitEvaluation.ClientAddress"/>.</param>
    /// <param name="retryAfterSeconds">Whole seconds until the next try; 0 when not blocked.</param>
    /// <returns>True when the request must be refused with 429.</returns>
    bool IsBlocked(UInt128 clientAddress, out int retryAfterSeconds);

    /// <summary>Counts one failure.</summary>
    /// <param name="clientAddress">As in <see cref="RateLimitEvaluation.ClientAddress"/>.</param>
    void RecordFailure(UInt128 clientAddress);
}
