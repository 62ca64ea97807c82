namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>The waits before the attempts of a delivery, the first included: as many attempts as waits.</summary>
public sealed class RetrySchedule
{
    /// <summary>Most attempts of a schedule.</summary>
    public const int MaxAttempts = 50;

    /// <summary>Longest wait before an attempt: 24 h.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromHours(24);

    /// <summary>0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: ten attempts over three days (Standard Webhooks).</summary>
    public static readonly RetrySchedule Default = new(
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ]);

    private readonly TimeSpan[] _waits;

    private RetrySchedule(TimeSpan[] waits) => _waits = waits;

    /// <summary>How many attempts there are. 1 to <see cref="MaxAttempts"/>.</summary>
    public int Attempts => _waits.Length;

    /// <summary>The waits, first attempt first.</summary>
    public IReadOnlyList<TimeSpan> Waits => _waits;

    /// <summary>Whether waits make a schedule: 1 to <see cref="MaxAttempts"/> of them, each from 0 to <see cref="MaxWait"/>.</summary>
    /// <param name="waits">The waits.</param>
    public static bool IsValid(IReadOnlyList<TimeSpan> waits) =>
        waits.Count is > 0 and <= MaxAttempts && waits.All(w => w >= TimeSpan.Zero && w <= MaxWait);

    /// <summary>A schedule of a subscription's own.</summary>
    /// <param name="waits">The waits; null: <see cref="Default"/>.</param>
    /// <exception cref="ArgumentException">They are not valid; see <see cref="IsValid"/>.</exception>
    public static RetrySchedule Of(IReadOnlyList<TimeSpan>? waits) =>
        waits is null ? Default
        : IsValid(waits) ? new([.. waits])
        : throw new ArgumentException($"A schedule has 1 to {MaxAttempts} waits of 0 to {MaxWait.TotalHours} h.", nameof(waits));

    /// <summary>The first attempt at once, then retries after waits that grow by a factor, up to <see cref="MaxWait"/>.</summary>
    /// <param name="retryCount">How many retries. 0 to <see cref="MaxAttempts"/> less one.</param>
    /// <param name="first">Wait before the first retry.</param>
    /// <param name="factor">What the wait is multiplied with from retry to retry. 1 to 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static RetrySchedule Exponential(int retryCount, TimeSpan first, double factor = 2)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retryCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(retryCount, MaxAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThan(first, TimeSpan.Zero);
        if (!(factor is >= 1 and <= 10))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor is from 1 to 10.");
        }

        var waits = new TimeSpan[retryCount + 1];
        for (var i = 1; i < waits.Length; i++)
        {
            waits[i] = TimeSpan.FromSeconds(Math.Min(first.TotalSeconds * Math.Pow(factor, i - 1), MaxWait.TotalSeconds));
        }

        return new(waits);
    }

    /// <summary>The wait before an attempt, without jitter; beyond the last attempt that of the last.</summary>
    /// <param name="attempt">From 1.</param>
    public TimeSpan WaitBefore(int attempt) => _waits[Math.Clamp(attempt, 1, _waits.Length) - 1];

    /// <summary>Lengthens a wait by 0 to 20 %, so that what failed together does not come back together. Never shortens it.</summary>
    /// <param name="wait">The wait.</param>
    /// <param name="random">From 0 to 1.</param>
    public static TimeSpan Jitter(TimeSpan wait, double random) => wait * (1 + (0.2 * Math.Clamp(random, 0, 1)));
}
