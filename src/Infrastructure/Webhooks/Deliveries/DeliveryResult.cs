using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>What is written of a delivery when its lease is given back. Stored nowhere as a number.</summary>
internal enum ResultKind : short
{
    /// <summary>It ends.</summary>
    End = 0,

    /// <summary>It waits for the next attempt.</summary>
    Again = 1,
}

/// <summary>What is written of a delivery when its lease is given back.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Kind">Whether it ends.</param>
internal sealed record DeliveryResult(DeliveryLease Lease, ResultKind Kind)
{
    /// <summary>How it ends.</summary>
    public DeliveryOutcome Outcome { get; init; }

    /// <summary>Why it ends or waits.</summary>
    public required string Reason { get; init; }

    /// <summary>Attempts that counted, from now on.</summary>
    public int Attempt { get; init; }

    /// <summary>Claims since an attempt was recorded, from now on.</summary>
    public int Claims { get; init; }

    /// <summary>Where it waits.</summary>
    public DeliveryLane Lane { get; init; }

    /// <summary>Until it is due; null: its place in the order stays (fifo).</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The attempt to log; null when none was made.</summary>
    public AttemptReport? Report { get; init; }

    /// <summary>Whether the attempt was used up.</summary>
    public bool Counted { get; init; }

    /// <summary>Host and path that were called.</summary>
    public string? Url { get; init; }

    /// <summary>Completes when it is written: true when the lease still held.</summary>
    public TaskCompletionSource<bool> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives a delivery back as it was: no attempt was made.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="reason">Why.</param>
    /// <param name="wait">Until it is due again.</param>
    /// <param name="blame">True when the claim counts against the delivery, as one that broke the dispatcher.</param>
    public static DeliveryResult Release(DeliveryLease lease, string reason, TimeSpan wait, bool blame = false) => new(lease, ResultKind.Again)
    {
        Reason = reason,
        Attempt = lease.Attempt,
        Claims = blame ? lease.Claims : Math.Max(0, lease.Claims - 1),
        Lane = lease.Lane,
        Wait = wait > TimeSpan.Zero ? wait : null,
    };

    /// <summary>Ends a delivery without an attempt.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="outcome">How.</param>
    /// <param name="reason">Why.</param>
    public static DeliveryResult End(DeliveryLease lease, DeliveryOutcome outcome, string reason) => new(lease, ResultKind.End)
    {
        Outcome = outcome,
        Reason = reason,
        Attempt = lease.Attempt,
        Lane = lease.Lane,
    };
}
