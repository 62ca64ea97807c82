using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Redis;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Counts the nodes that share the limits: each says every two seconds that it lives. While Redis is away the last count stands.</summary>
internal sealed class NodeRegistry(IRedisConnection connection, IIdSource ids, TimeProvider clock) : BackgroundService
{
    private const long SilenceMicros = 8_000_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly RedisScript _script = new("nodes.lua");
    private readonly string _node = ids.NewId().ToString("N");
    private int _known = 1;

    /// <summary>At least 1.</summary>
    public int KnownNodes => Volatile.Read(ref _known);

    /// <summary>Says that this node lives, or that it leaves.</summary>
    public async Task BeatAsync(IDatabase database, bool leaving)
    {
        var count = (long)await _script.EvaluateAsync(database, [$"{connection.KeyPrefix}rl:nodes"], [_node, SilenceMicros, leaving ? 1 : 0]);
        Volatile.Write(ref _known, (int)Math.Max(1, count));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await BeatAsync(leaving: true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                await BeatAsync(leaving: false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task BeatAsync(bool leaving) => await connection.CallAsync(
        (Registry: this, leaving),
        static async (database, call) =>
        {
            await call.Registry.BeatAsync(database, call.leaving);
            return true;
        });
}
