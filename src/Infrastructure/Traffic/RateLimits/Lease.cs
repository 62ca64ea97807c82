namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Requests that were charged to every limit ahead of need, to be spent from memory before the deadline.</summary>
internal struct Lease
{
    private int _reported;

    /// <summary>Takes a grant.</summary>
    /// <param name="grant">The store's answer.</param>
    /// <param name="waiting">Requests that spend it at once: the store does not hold them, so they are not reported.</param>
    /// <param name="calledAt">
    /// This node's monotonic clock from before the call: the store's validity began later, so the lease ends here before it ends there.
    /// </param>
    public Lease(Grant grant, int waiting, long calledAt)
    {
        GrantedAt = grant.Now;
        Slot = grant.Slot;
        Granted = Balance = grant.Granted;
        _reported = Math.Min(waiting, grant.Granted);
        Deadline = calledAt + grant.ValidityMicros;
        Charged = grant.Charged;
    }

    /// <summary>Requests of the grant; 0 for no lease.</summary>
    public int Granted { get; }

    /// <summary>Requests left.</summary>
    public int Balance { get; private set; }

    /// <summary>Monotonic microseconds from which nothing may be spent.</summary>
    public long Deadline { get; }

    /// <summary>The store's clock of the grant.</summary>
    public long GrantedAt { get; }

    /// <summary>The slot that buckets hold it under.</summary>
    public long Slot { get; }

    /// <summary>Bit for each limit that was charged; a shadow limit without room was not.</summary>
    public byte Charged { get; }

    /// <summary>Whether a request can be spent now.</summary>
    public readonly bool CanSpend(long elapsed) => Balance > 0 && elapsed < Deadline;

    /// <summary>Spends one request.</summary>
    public void Spend() => Balance--;

    /// <summary>What was spent since the last report, while the lease goes on.</summary>
    public GrantReport ReportSpent()
    {
        var spent = Unreported;
        _reported += spent;
        return new GrantReport(GrantedAt, Slot, 0, spent, Charged);
    }

    /// <summary>What was spent and what comes back, at the end; never more than the store holds.</summary>
    public readonly GrantReport ReportEnd() => new(GrantedAt, Slot, Math.Min(Balance, Granted - _reported - Unreported), Unreported, Charged);

    private readonly int Unreported => Math.Max(0, Granted - Balance - _reported);
}
