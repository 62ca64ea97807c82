using System.Globalization;
using System.Runtime.CompilerServices;
using DataHub.Application.Abstractions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>
/// Spreads requests in proportion to the weights. Each cluster steps through the unit interval by the golden ratio (a Weyl sequence),
/// which hits every share evenly without a lock, and starts at a random point so that nodes do not move in step.
/// </summary>
/// <param name="random">Gives the starting points.</param>
internal sealed class WeightedPolicy(IRandomSource random) : ILoadBalancingPolicy
{
    /// <summary>The name under which clusters ask for it.</summary>
    public const string PolicyName = "Weighted";

    private const ulong GoldenStep = 0x9E37_79B9_7F4A_7C15; // 2^64 divided by the golden ratio.

    private readonly ConditionalWeakTable<ClusterState, Position> _positions = [];
    private readonly ConditionalWeakTable<DestinationConfig, StrongBox<uint>> _weights = [];

    /// <inheritdoc/>
    public string Name => PolicyName;

    /// <inheritdoc/>
    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        ulong total = 0;
        for (var i = 0; i < availableDestinations.Count; i++)
        {
            total += WeightOf(availableDestinations[i]);
        }

        if (total == 0)
        {
            return null;
        }

        var point = Math.BigMul(NextPosition(cluster), total, out _);
        for (var i = 0; i < availableDestinations.Count; i++)
        {
            var weight = WeightOf(availableDestinations[i]);
            if (point < weight)
            {
                return availableDestinations[i];
            }

            point -= weight;
        }

        return null; // Not reached: the point is below the total.
    }

    private ulong NextPosition(ClusterState cluster)
    {
        if (!_positions.TryGetValue(cluster, out var position))
        {
            // Once a cluster; the loser of a race is dropped.
            Span<byte> start = stackalloc byte[sizeof(ulong)];
            random.Fill(start);
            position = _positions.GetValue(cluster, new Position { Value = BitConverter.ToUInt64(start) }.Self);
        }

        return Interlocked.Add(ref position.Value, GoldenStep);
    }

    private uint WeightOf(DestinationState destination)
    {
        var config = destination.Model.Config;
        return _weights.TryGetValue(config, out var weight) ? weight.Value : _weights.GetValue(config, ReadWeight).Value;
    }

    private static StrongBox<uint> ReadWeight(DestinationConfig config) =>
        new(config.Metadata is { } metadata && metadata.TryGetValue(ProxyConfigMapper.WeightKey, out var text)
            && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var weight) ? weight : 1);

    private sealed class Position
    {
        public ulong Value;

        public Position Self(ClusterState _) => this;
    }
}
