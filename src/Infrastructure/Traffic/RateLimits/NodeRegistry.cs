using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Redis;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Counts the nodes by Redis: each says every two seconds that it lives. A second opinion beside that of the database.</summary>
internal sealed class NodeRegistry(IRedisConnection connection, NodeCensus census, TimeProvider clock) : BackgroundService
{
    private const long SilenceMicros = 8_000_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly RedisScript _script = new("nodes.lua");
    private readonly string _node = census.Self.ToString("N");

    /// <summary>What is known of the nodes.</summary>
    public NodeStanding Standing => census.Standing;

    /// <summary>Says that this node lives, or that it leaves.</summary>
    public async Task BeatAsync(IDatabase database, bool leaving)
    {
        var answer = (RedisResult[])(await _script.EvaluateAsync(database, [$"{connection.KeyPrefix}rl:nodes"], [_node, SilenceMicros, leaving ? 1 : 0]))!;
        if (!leaving)
        {
            census.Tell(NodeSource.Redis, new NodeStanding(Math.Max(1, (int)answer[0]), (int)answer[1]));
        }
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
