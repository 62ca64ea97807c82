using System.Diagnostics.Metrics;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>The figures of delivery, under the meter <c>DataHub.Webhooks</c>.</summary>
internal sealed class DeliveryTally
{
    public const string MeterName = "DataHub.Webhooks";

    private static readonly string[] LaneNames = ["fresh", "retry", "replay"];

    private readonly long[] _attempts = new long[Enum.GetValues<AttemptClass>().Length];
    private readonly long[] _outcomes = new long[Enum.GetValues<DeliveryOutcome>().Length];
    private readonly long[] _backlog = new long[LaneShares.Lanes];
    private readonly Histogram<double> _firstAttempt;
    private long _reclaimed;
    private long _late;
    private long _lost;
    private long _quarantined;
    private long _unheard;
    private long _fanOutBacklog;
    private double _oldestDue;

    public DeliveryTally(IMeterFactory meters, EndpointBoard board)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("datahub.webhook.backlog", () => LaneNames.Select((name, i) => Of(_backlog[i], "lane", name)), "{delivery}", "Deliveries that wait, by lane; an estimate when there are many.");
        meter.CreateObservableGauge("datahub.webhook.fan_out_backlog", () => Interlocked.Read(ref _fanOutBacklog), "{event}", "Events that are not fanned out yet, counted up to 100,000.");
        meter.CreateObservableGauge("datahub.webhook.oldest_due_age", () => Volatile.Read(ref _oldestDue), "s", "Age of the oldest delivery that is due at an endpoint that may be called.");
        meter.CreateObservableGauge("datahub.webhook.in_flight", () => board.InFlight, "{attempt}", "Attempts under way on this node.");
        meter.CreateObservableGauge("datahub.webhook.breakers", () => Breakers(board), "{endpoint}", "Endpoints that this node looks after, by the state of their breaker.");
        meter.CreateObservableCounter("datahub.webhook.attempts", () => Words<AttemptClass>().Select((w, i) => Of(Interlocked.Read(ref _attempts[i]), "class", w)), "{attempt}", "Attempts, by what came of them.");
        meter.CreateObservableCounter("datahub.webhook.outcomes", () => Words<DeliveryOutcome>().Select((w, i) => Of(Interlocked.Read(ref _outcomes[i]), "outcome", w)), "{delivery}", "Deliveries that ended, by how.");
        meter.CreateObservableCounter("datahub.webhook.leases_reclaimed", () => Interlocked.Read(ref _reclaimed), "{lease}", "Leases that ran out and were taken back; none while all nodes are well.");
        meter.CreateObservableCounter("datahub.webhook.leases_lost", () => Interlocked.Read(ref _lost), "{lease}", "Leases that this node lost during an attempt.");
        meter.CreateObservableCounter("datahub.webhook.late_results", () => Interlocked.Read(ref _late), "{result}", "Results that came after their lease was lost; the receiver may have got the event twice.");
        meter.CreateObservableCounter("datahub.webhook.quarantined", () => Interlocked.Read(ref _quarantined), "{delivery}", "Deliveries that were set aside because the gateway failed on them.");
        meter.CreateObservableCounter("datahub.webhook.doorbells_missed", () => Interlocked.Read(ref _unheard), "{endpoint}", "Endpoints with due deliveries that a look found and no message told of: retries whose time had come, and lost doorbells.");
        _firstAttempt = meter.CreateHistogram<double>("datahub.webhook.first_attempt_delay", "s", "Time from the event to the end of its first attempt.");
    }

    public long Late => Interlocked.Read(ref _late);

    public long Reclaims => Interlocked.Read(ref _reclaimed);

    public long Attempts(AttemptClass outcome) => Interlocked.Read(ref _attempts[(int)outcome]);

    public void Attempted(AttemptClass outcome) => Interlocked.Increment(ref _attempts[(int)outcome]);

    public void Ended(DeliveryOutcome outcome, int count = 1)
    {
        Interlocked.Add(ref _outcomes[(int)outcome], count);
        if (outcome == DeliveryOutcome.Quarantined)
        {
            Interlocked.Add(ref _quarantined, count);
        }
    }

    public void FirstAttempt(TimeSpan delay) => _firstAttempt.Record(delay.TotalSeconds);

    public void Reclaimed(int count) => Interlocked.Add(ref _reclaimed, count);

    public void CameLate() => Interlocked.Increment(ref _late);

    public void LeaseLost() => Interlocked.Increment(ref _lost);

    public void Missed(int count) => Interlocked.Add(ref _unheard, count);

    public void Waiting(ReadOnlySpan<long> byLane, long events)
    {
        byLane.CopyTo(_backlog);
        Interlocked.Exchange(ref _fanOutBacklog, events);
    }

    public void OldestDue(TimeSpan age) => Volatile.Write(ref _oldestDue, age.TotalSeconds);

    private static IEnumerable<Measurement<long>> Breakers(EndpointBoard board)
    {
        var (closed, open, half) = board.Breakers();
        return [Of(closed, "state", "closed"), Of(open, "state", "open"), Of(half, "state", "half-open")];
    }

    private static IEnumerable<string> Words<T>() where T : struct, Enum => Enum.GetNames<T>().Select(n => n.ToLowerInvariant());

    private static Measurement<long> Of(long value, string key, string word) => new(value, new KeyValuePair<string, object?>(key, word));
}
