using DataHub.Application.Routing.Contracts;
using Microsoft.Extensions.Hosting;

namespace DataHub.Infrastructure.Observability.Telemetry;

/// <summary>Notes when the node took its last configuration, by looking every second.</summary>
internal sealed class ConfigurationAge(IGatewaySnapshotSource snapshots, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private GatewaySnapshot _seen = GatewaySnapshot.Empty;
    private long _ticks = DateTimeOffset.UnixEpoch.UtcTicks;

    /// <summary>UTC instant of the last change, to the second; 1970 before the first.</summary>
    public DateTimeOffset LastChange => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!ReferenceEquals(snapshots.Current, _seen))
            {
                _seen = snapshots.Current;
                Volatile.Write(ref _ticks, clock.GetUtcNow().UtcTicks);
            }

            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
