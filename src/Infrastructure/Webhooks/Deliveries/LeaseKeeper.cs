using System.Collections.Concurrent;
using DataHub.Application.Webhooks.Deliveries;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Prolongs the leases of attempts that are under way, and gives up those that were lost. Counts by the monotonic clock.</summary>
internal sealed partial class LeaseKeeper(DeliveryStore store, DeliveryTally tally, IOptions<DeliveryOptions> options, TimeProvider clock, ILogger<LeaseKeeper> logger) : BackgroundService
{
    private const int BeatsOfALease = 6;

    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
    private readonly ConcurrentDictionary<long, Held> _held = new();
    private long _next;

    /// <summary>How long a lease is.</summary>
    public TimeSpan Lease => _lease;

    /// <summary>Leases that are held.</summary>
    public int Count => _held.Count;

    /// <summary>Keeps a lease until it is let go.</summary>
    /// <param name="lease">The lease.</param>
    public Held Keep(DeliveryLease lease)
    {
        var held = new Held(this, lease, Interlocked.Increment(ref _next));
        _held[held.Number] = held;
        return held;
    }

    /// <summary>How long a lease holds at least.</summary>
    /// <param name="lease">The lease.</param>
    public TimeSpan Left(DeliveryLease lease) => TimeSpan.FromSeconds((double)(lease.EndsAt - clock.GetTimestamp()) / clock.TimestampFrequency);

    /// <summary>
    /// Whether an attempt may begin: asked right before it is sent, so that a process that was stopped after the claim does not send what another has.
    /// A lease that is nearly over is prolonged first.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="needed">How long the attempt may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> HoldsAsync(DeliveryLease lease, TimeSpan needed, CancellationToken cancellationToken)
    {
        var least = needed < _lease / 2 ? needed : _lease / 2;
        if (Left(lease) > least)
        {
            return true;
        }

        return (await store.HeartbeatAsync([lease], _lease, cancellationToken)).Count == 0 && Left(lease) > least;
    }

    /// <summary>One round of prolonging.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        var due = _held.Values.Where(h => Left(h.Lease) < _lease - (_lease / BeatsOfALease)).OrderBy(h => h.Lease.Id.Value).ToList();
        if (due.Count > 0)
        {
            try
            {
                var lost = (await store.HeartbeatAsync([.. due.Select(h => h.Lease)], _lease, cancellationToken)).ToHashSet();
                due.Where(h => lost.Contains(h.Lease)).ToList().ForEach(GiveUp);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Whatever it is: a process that ends for it would lose all that is under way, and leases run out by themselves.
                LogNoBeat(due.Count, e.Message);
            }
        }

        foreach (var held in _held.Values.Where(h => Left(h.Lease) <= TimeSpan.Zero))
        {
            GiveUp(held);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_lease / BeatsOfALease, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await BeatAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: attempts under way end by their own time limit, well within the lease.
        }
    }

    private void GiveUp(Held held)
    {
        if (held.TryLose())
        {
            tally.LeaseLost();
            LogLost(held.Lease.Id.ToString());
        }
    }

    [LoggerMessage(8001, LogLevel.Warning, "{Count} leases of deliveries could not be prolonged: {Reason}")]
    private partial void LogNoBeat(int count, string reason);

    [LoggerMessage(8002, LogLevel.Warning, "The lease of {Delivery} is lost; another node may deliver it.")]
    private partial void LogLost(string delivery);

    /// <summary>A lease that is being kept.</summary>
    internal sealed class Held(LeaseKeeper keeper, DeliveryLease lease, long number) : IDisposable
    {
        private readonly CancellationTokenSource _lost = new();

        public DeliveryLease Lease => lease;

        public long Number => number;

        /// <summary>Fires when the lease is lost.</summary>
        public CancellationToken Lost => _lost.Token;

        public bool TryLose()
        {
            if (_lost.IsCancellationRequested)
            {
                return false;
            }

            try
            {
                _lost.Cancel();
                return true;
            }
            catch (ObjectDisposedException)
            {
                return false; // It ended meanwhile.
            }
        }

        public void Dispose()
        {
            keeper._held.TryRemove(number, out _);
            _lost.Dispose();
        }
    }
}

/// <summary>Tells an outage of the database from a mistake.</summary>
internal static class Outage
{
    /// <summary>Whether the database was away, or hung, or its answer was lost.</summary>
    /// <param name="exception">What happened.</param>
    public static bool Is(Exception exception) =>
        exception is PostgresException { SqlState: var state }
            ? state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("40", StringComparison.Ordinal) || state.StartsWith("25", StringComparison.Ordinal)
            : exception is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException;
}
