using System.Buffers.Binary;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Takes one claimed delivery through one attempt, and says what is written of it.</summary>
internal sealed partial class AttemptRunner(
    IWebhookSender sender,
    ISubscriptionDirectory directory,
    LeaseKeeper leases,
    ResultWriter results,
    EndpointBoard board,
    DeliveryAlerts alerts,
    DeliveryTally tally,
    DatabaseClock now,
    IRandomSource random,
    IOptions<DeliveryOptions> options,
    ILogger<AttemptRunner> logger)
{
    private const int LastFreshAttempt = 2;

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>Runs it, and writes the result; completes when the slot may be given back.</summary>
    /// <param name="lease">What was claimed.</param>
    /// <param name="endpoint">Whose it is.</param>
    /// <param name="pass">What its breaker said.</param>
    /// <param name="stopping">The process stops.</param>
    public async Task RunAsync(DeliveryLease lease, Endpoint endpoint, BreakerPass pass, CancellationToken stopping)
    {
        using var held = leases.Keep(lease);
        DeliveryResult? result;
        try
        {
            result = await AttemptAsync(lease, endpoint, pass, held.Lost, stopping);
        }
        catch (OperationCanceledException) when (held.Lost.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            Abandon(endpoint, pass);
            result = held.Lost.IsCancellationRequested ? null : DeliveryResult.Release(lease, "stopping", TimeSpan.Zero);
        }
        catch (Exception e) when (Outage.Is(e))
        {
            Abandon(endpoint, pass);
            result = DeliveryResult.Release(lease, "outage", Margin);
        }
        catch (Exception e)
        {
            Abandon(endpoint, pass);
            result = Fault(lease, e);
        }

        if (result is not null)
        {
            if (await results.WriteAsync(result))
            {
                alerts.After(result);
            }
        }
    }

    private async Task<DeliveryResult> AttemptAsync(DeliveryLease lease, Endpoint endpoint, BreakerPass pass, CancellationToken lost, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping);
        var target = await directory.FindAsync(lease.Subscription, either.Token);
        var refusal = target is null ? DeliveryResult.End(lease, DeliveryOutcome.Discarded, "subscription-deleted")
            : !target.Enabled ? DeliveryResult.Release(lease, "held", TimeSpan.Zero)
            : !await directory.MayReceiveAsync(lease.Subscription, lease.EventType, either.Token) ? DeliveryResult.End(lease, DeliveryOutcome.Discarded, "scope")
            : lease.Body is null ? DeliveryResult.End(lease, DeliveryOutcome.Expired, "payload-gone")
            : null;
        if (refusal is not null)
        {
            Abandon(endpoint, pass);
            LogRefused(lease.Id.ToString(), refusal.Reason);
            return refusal;
        }

        if (!await leases.HoldsAsync(lease, target!.Timeout + Margin, either.Token))
        {
            throw new OperationCanceledException(lost.IsCancellationRequested ? lost : new CancellationToken(true));
        }

        var message = new WebhookMessage(lease.Event, lease.EventType, lease.Id, lease.Attempt + 1, lease.Body);
        var report = await sender.SendAsync(target, message, either.Token);
        return Judge(lease, endpoint, pass, target, report);
    }

    private DeliveryResult Judge(DeliveryLease lease, Endpoint endpoint, BreakerPass pass, SubscriptionTarget target, AttemptReport report)
    {
        tally.Attempted(report.Class);
        if (lease is { Attempt: 0, Trigger: DeliveryTrigger.Event })
        {
            tally.FirstAttempt(lease.Age + TimeSpan.FromMilliseconds(report.Timings.Total));
        }

        var facts = new AttemptFacts(report.Class, report.Status, report.RetryAfter);
        var decision = RetryPolicy.Decide(facts, lease.Attempt + 1, RetrySchedule.Of(target.Schedule), lease.Uncounted, Random());
        var fifo = target.Order == DeliveryOrder.Fifo;
        var at = now.Now;
        var rest = Later(decision.EndpointWait, fifo && decision.Ends is null ? decision.Wait : null);
        var (signal, change, verified) = board.Update(endpoint, e =>
        {
            var before = e.Health;
            var change = e.Breaker.Record(pass, facts, at);
            (e.Health, var signal) = e.Health.After(report.Class, at, target.AutoDisable);
            if (rest is { } wait && at + wait > e.NotBefore)
            {
                e.NotBefore = at + wait;
                e.GoneVersion = report.Class == AttemptClass.Gone ? target.Version : 0;
            }

            // A success after a success within a minute is not worth a write.
            var store = change != BreakerChange.None || rest is not null || before.Failures != e.Health.Failures || at - (before.LastSuccessAt ?? default) > TimeSpan.FromMinutes(1);
            // Told once for each version: a URL that was changed has to answer anew.
            var verified = report.Class == AttemptClass.Success && !target.Verified && e.VerifiedVersion != target.Version;
            e.VerifiedVersion = verified ? target.Version : e.VerifiedVersion;
            return ((signal, change, verified), store);
        });
        alerts.Signal(lease, endpoint, signal, change, target.Url, verified, report);

        var attempt = lease.Attempt + (decision.Counts ? 1 : 0);
        return new DeliveryResult(lease, decision.Ends is null ? ResultKind.Again : ResultKind.End)
        {
            Outcome = decision.Ends ?? default,
            Reason = decision.Reason,
            Attempt = attempt,
            Lane = fifo || lease.Lane == DeliveryLane.Replay ? lease.Lane : attempt <= LastFreshAttempt ? DeliveryLane.Fresh : DeliveryLane.Retry,
            Wait = fifo ? null : decision.Wait,
            Report = report,
            Counted = decision.Counts,
            Url = target.Url.GetLeftPart(UriPartial.Path),
        };
    }

    // Something of ours broke on it: it comes back with growing pauses, and is set aside when that does not help.
    private DeliveryResult Fault(DeliveryLease lease, Exception exception)
    {
        LogFault(exception, lease.Id.ToString(), lease.Claims);
        return lease.Claims >= options.Value.MaxClaims
            ? DeliveryResult.End(lease, DeliveryOutcome.Quarantined, "fault")
            : DeliveryResult.Release(lease, "fault", TimeSpan.FromMilliseconds(100 << Math.Min(lease.Claims, 10)), blame: true);
    }

    private void Abandon(Endpoint endpoint, BreakerPass pass) => board.Update(endpoint, e =>
    {
        e.Breaker.Abandon(pass);
        return (0, false);
    });

    private double Random()
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) / (double)uint.MaxValue;
    }

    private static TimeSpan? Later(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a > b ? a : b;

    [LoggerMessage(8020, LogLevel.Information, "{Delivery} is not sent: {Reason}")]
    private partial void LogRefused(string delivery, string reason);

    [LoggerMessage(8021, LogLevel.Error, "{Delivery} broke the dispatcher (claim {Claims}).")]
    private partial void LogFault(Exception exception, string delivery, int claims);
}
