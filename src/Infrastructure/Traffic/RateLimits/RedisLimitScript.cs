using DataHub.Application.Traffic.Contracts;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Infrastructure.Redis;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>
/// Calls <c>limits.lua</c>: one atomic step over all limits of a request. On a cluster the keys of different subjects lie in different
/// slots; then the slots are asked one after the other, and what the first ones charged is given back when a later one refuses.
/// </summary>
/// <param name="connection">The way to Redis.</param>
/// <param name="clock">Measures the calls.</param>
/// <param name="meter">Takes latency and failures.</param>
/// <param name="storeClock">The store's clock in microseconds for tests; null for the server's own.</param>
internal sealed class RedisLimitScript(IRedisConnection connection, TimeProvider clock, RateLimitMeter meter, Func<long>? storeClock = null)
{
    private readonly RedisScript _script = new("limits.lua");

    public bool IsAvailable => connection.IsAvailable;

    public bool IsCluster => connection.IsCluster;

    /// <summary>Where a counter is kept. What stands in braces decides the slot: all counters of one subject share it.</summary>
    public RedisKey KeyOf(in CounterKey key)
    {
        var route = key.Route == UInt128.Zero ? "" : $":{key.Route:x32}";
        return $"{connection.KeyPrefix}rl:{{{key.Kind}{key.Subject:x32}}}:{key.Limit:x32}{route}";
    }

    /// <summary>Asks for a grant and reports on earlier ones.</summary>
    /// <returns>Null when the store is away, and for anything but a single request where the keys lie in several slots: leases need one step.</returns>
    public ValueTask<Grant?> CallAsync(CompiledTier tier, CounterKey[] keys, GrantRequest request, IReadOnlyList<GrantReport> reports)
    {
        if (IsCluster && Array.Exists(keys, k => k.Subject != keys[0].Subject || k.Kind != keys[0].Kind))
        {
            // A node may learn that it talks to a cluster while leases are under way. Their units stay charged, which admits less, never more.
            return request == GrantRequest.One && reports.Count == 0 ? CallSlotsAsync(tier, keys) : default;
        }

        var positions = new int[keys.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = i;
        }

        return CallAsync(tier, keys, positions, request, reports);
    }

    private async ValueTask<Grant?> CallSlotsAsync(CompiledTier tier, CounterKey[] keys)
    {
        var slots = Enumerable.Range(0, keys.Length).GroupBy(i => (keys[i].Kind, keys[i].Subject)).Select(g => g.ToArray()).ToList();
        var answers = new List<(Grant Grant, int[] Positions)>();
        var granted = 1;
        foreach (var positions in slots)
        {
            // Once a slot refused, the others are only read.
            var wanted = granted == 0 ? default : GrantRequest.One;
            if (await CallAsync(tier, keys, positions, wanted, []) is not { } answer)
            {
                return null;
            }

            answers.Add((answer, positions));
            granted = Math.Min(granted, answer.Granted);
        }

        for (var i = 0; granted == 0 && i < answers.Count; i++)
        {
            // The count after it was given back is what the caller is told.
            var (answer, positions) = answers[i];
            if (answer.Granted > 0 && await CallAsync(tier, keys, positions, default, [new GrantReport(answer.Now, -1, answer.Granted, 0, answer.Charged)]) is { } settled)
            {
                answers[i] = (settled, positions);
            }
        }

        return Grant.Join(answers, keys.Length, granted);
    }

    private async ValueTask<Grant?> CallAsync(CompiledTier tier, CounterKey[] keys, int[] positions, GrantRequest request, IReadOnlyList<GrantReport> reports)
    {
        var names = new RedisKey[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            names[i] = KeyOf(keys[positions[i]]);
        }

        var started = clock.GetTimestamp();
        var reply = await connection.CallAsync(
            (_script, names, Values: ValuesOf(tier, positions, request, reports)),
            static async (database, call) => Grant.Parse(
                (byte[])(await call._script.EvaluateAsync(database, call.names, call.Values).ConfigureAwait(false))!, call.names.Length)).ConfigureAwait(false);
        if (!reply.Answered)
        {
            meter.StoreFailed();
            return null;
        }

        meter.StoreAnswered(clock.GetElapsedTime(started));
        return reply.Value;
    }

    private RedisValue[] ValuesOf(CompiledTier tier, int[] positions, GrantRequest request, IReadOnlyList<GrantReport> reports)
    {
        const int Fixed = 6;
        var values = new RedisValue[Fixed + (reports.Count * 5) + (positions.Length * 4)];
        values[0] = storeClock?.Invoke() ?? 0;
        values[1] = request.Wanted;
        values[2] = request.Waiting;
        values[3] = Math.Max(1, request.Divisor);
        values[4] = request.ValidityMicros;
        values[5] = reports.Count;
        var at = Fixed;
        foreach (var report in reports)
        {
            values[at++] = report.GrantedAt;
            values[at++] = report.Slot;
            values[at++] = report.Unspent;
            values[at++] = report.Spent;
            values[at++] = (int)report.Charged;
        }

        foreach (var position in positions)
        {
            var limit = tier.Compiled[position];
            values[at++] = (int)limit.Algorithm;
            values[at++] = limit.Limit;
            values[at++] = limit.WindowMicros;
            values[at++] = limit.Shadow ? -limit.Cost : limit.Cost;
        }

        return values;
    }
}
