using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>
/// Claims what may be sent and starts its attempts: no more at once than the node has slots, and for each endpoint no more than its cap, its rate and its
/// breaker allow. Woken by doorbells, by attempts that end and by looks at the queue.
/// </summary>
internal sealed partial class Dispatcher(
    DeliveryStore store,
    EndpointBoard board,
    AttemptRunner attempts,
    LeaseKeeper leases,
    ResultWriter results,
    ISubscriptionDirectory directory,
    NpgsqlDataSource dataSource,
    DeliveryBells bells,
    DatabaseClock now,
    TimeProvider clock,
    ILogger<Dispatcher> logger) : BackgroundService
{
    private const int MostEndpoints = 64;
    private const int GonePage = 1_000;

    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OutagePause = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stopping = new();
    private Task _clearing = Task.CompletedTask;
    private int _running;
    private bool _away;

    /// <summary>Stops claiming, lets attempts end by their own time limit, and gives back what was claimed and not begun.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await WaitIdleAsync(cancellationToken);
            await _clearing;
        }
        catch (OperationCanceledException)
        {
            // No more time: what is under way is given up and given back.
            await _stopping.CancelAsync();
            await WaitIdleAsync(CancellationToken.None);
        }

        results.Complete();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    /// <summary>One round: claims for some endpoints.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when attempts began.</returns>
    public async Task<bool> DispatchAsync(CancellationToken cancellationToken)
    {
        await LearnAsync(cancellationToken);
        var (open, fifo) = (new List<Reservation>(), new List<Reservation>());
        try
        {
            await ReserveAsync(open, fifo, cancellationToken);
        }
        catch
        {
            Settle(open, []);
            Settle(fifo, []);
            throw;
        }

        // Both begin before one is waited for, so that a failure of one leaves no slot of the other taken.
        var began = ClaimAsync(open, () => store.ClaimAsync([.. open.SelectMany(r => r.Requests())], leases.Lease, CancellationToken.None));
        var beganFifo = ClaimAsync(fifo, () => store.ClaimFifoAsync([.. fifo.Select(r => r.Endpoint.Id)], leases.Lease, CancellationToken.None));
        return (await Task.WhenAll(began, beganFifo)).Any(b => b);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var began = await DispatchAsync(stoppingToken);
                _away = false;
                if (!began)
                {
                    await bells.Dispatch.WaitAsync(Sleep(), stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(_away ? LogLevel.Debug : LogLevel.Warning, e.Message);
                _away = true;
                await Task.Delay(OutagePause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReserveAsync(List<Reservation> open, List<Reservation> fifo, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MostEndpoints && board.TryNext(now.Now, out var endpoint); i++)
        {
            var target = await directory.FindAsync(endpoint.Id, cancellationToken);
            if (target is not { Enabled: true })
            {
                Hold(endpoint, target, cancellationToken);
            }
            else if (board.Reserve(endpoint, target, now.Now) is { } reservation)
            {
                (reservation.Fifo ? fifo : open).Add(reservation);
            }
        }
    }

    private async Task LearnAsync(CancellationToken cancellationToken)
    {
        if (board.Unknown() is { Count: > 0 } unknown)
        {
            board.Adopt(unknown, await EndpointStateSql.ReadAsync(dataSource, unknown, cancellationToken));
        }
    }

    // Of a disabled endpoint nothing is rewritten; what waits for one that was deleted ends, one endpoint after the other: the next look finds the others.
    private void Hold(Endpoint endpoint, SubscriptionTarget? target, CancellationToken cancellationToken)
    {
        board.Hold(endpoint);
        if (target is null && _clearing.IsCompleted)
        {
            _clearing = ClearAsync(endpoint.Id, cancellationToken);
        }
    }

    // Beside the claims, which must not wait for half a million rows, and page by page.
    private async Task ClearAsync(SubscriptionId id, CancellationToken cancellationToken)
    {
        try
        {
            while (await store.EndWaitingAsync(id, DeliveryOutcome.Discarded, "subscription-deleted", TimeSpan.Zero, GonePage, cancellationToken) > 0)
            {
            }
        }
        catch (Exception e)
        {
            LogFailed(cancellationToken.IsCancellationRequested ? LogLevel.Debug : LogLevel.Warning, e.Message); // The next look begins again.
        }
    }

    // A claim that has begun is waited for: what it took would be nobody's until its lease has run out.
    private async Task<bool> ClaimAsync(List<Reservation> reservations, Func<Task<IReadOnlyList<DeliveryLease>>> claim)
    {
        if (reservations.Count == 0)
        {
            return false;
        }

        var byId = reservations.ToDictionary(r => r.Endpoint.Id);
        IReadOnlyList<DeliveryLease> claimed = [];
        try
        {
            claimed = await claim();
        }
        finally
        {
            // After a failure too: what may have been claimed comes back with its lease.
            Settle(reservations, claimed);
        }

        foreach (var lease in claimed)
        {
            Interlocked.Increment(ref _running);
            var reservation = byId[lease.Subscription];
            _ = RunAsync(lease, reservation.Endpoint, reservation.Pass);
        }

        return claimed.Count > 0;
    }

    private void Settle(List<Reservation> reservations, IReadOnlyList<DeliveryLease> claimed)
    {
        var counts = new Dictionary<SubscriptionId, int[]>();
        foreach (var lease in claimed)
        {
            if (!counts.TryGetValue(lease.Subscription, out var count))
            {
                counts[lease.Subscription] = count = new int[LaneShares.Lanes];
            }

            count[(int)lease.Lane]++;
        }

        Span<int> none = stackalloc int[LaneShares.Lanes];
        none.Clear();
        foreach (var reservation in reservations)
        {
            board.Settle(reservation, counts.TryGetValue(reservation.Endpoint.Id, out var count) ? count : none);
        }
    }

    private async Task RunAsync(DeliveryLease lease, Endpoint endpoint, BreakerPass pass)
    {
        // Off this loop: a sender that answers at once must not hold up the next claim.
        await Task.Yield();
        try
        {
            await attempts.RunAsync(lease, endpoint, pass, _stopping.Token);
        }
        catch (Exception e)
        {
            LogBroken(e, lease.Id.ToString());
        }

        board.Release(endpoint, lease.Lane);
        Interlocked.Decrement(ref _running);
        bells.Dispatch.Ring();
    }

    private TimeSpan Sleep()
    {
        var wait = board.NextAt() is { } at ? at - now.Now : LongestSleep;
        return wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait > LongestSleep ? LongestSleep : wait;
    }

    private async Task WaitIdleAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _running) > 0)
        {
            await bells.Dispatch.WaitAsync(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    [LoggerMessage(EventId = 8040, Message = "Deliveries could not be claimed: {Reason}")]
    private partial void LogFailed(LogLevel level, string reason);

    [LoggerMessage(8041, LogLevel.Error, "{Delivery} was left to its lease.")]
    private partial void LogBroken(Exception exception, string delivery);
}
