using DataHub.Application.Routing.Contracts;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>
/// Hands snapshots to YARP: each is mapped, put through YARP's own validation, then signalled; the call returns once YARP matches
/// requests by it. A snapshot that YARP does not take leaves the one before in effect.
/// </summary>
/// <param name="validator">YARP's validation, which <see cref="IProxyConfigProvider"/> alone would only log.</param>
/// <param name="clock">Bounds the wait.</param>
/// <param name="logger">Says what was refused.</param>
internal sealed partial class SnapshotProxyConfigProvider(IConfigValidator validator, TimeProvider clock, ILogger<SnapshotProxyConfigProvider> logger)
    : IProxyConfigProvider, IConfigChangeListener, ISnapshotListener
{
    private static readonly TimeSpan ApplyLimit = TimeSpan.FromSeconds(5);

    private volatile SnapshotProxyConfig _config = new([], []);
    private volatile bool _inUse;

    /// <inheritdoc/>
    public IProxyConfig GetConfig()
    {
        _inUse = true;
        return _config;
    }

    /// <inheritdoc/>
    public async Task<string?> ApplyAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        var next = new SnapshotProxyConfig([.. snapshot.Routes.Values.Select(ProxyConfigMapper.Map)], [.. snapshot.Upstreams.Values.Select(ProxyConfigMapper.Map)]);
        var mistakes = new List<string>();
        foreach (var route in next.Routes)
        {
            mistakes.AddRange((await validator.ValidateRouteAsync(route)).Select(e => $"{route.RouteId}: {e.Message}"));
        }

        foreach (var cluster in next.Clusters)
        {
            mistakes.AddRange((await validator.ValidateClusterAsync(cluster)).Select(e => $"{cluster.ClusterId}: {e.Message}"));
        }

        if (mistakes.Count > 0)
        {
            return string.Join(" ", mistakes.Take(5));
        }

        return await SwapAsync(next, cancellationToken);
    }

    /// <inheritdoc/>
    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => _config.Outcome.TrySetResult(exception.Message);

    /// <inheritdoc/>
    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    /// <inheritdoc/>
    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) => Complete(proxyConfigs, exception.Message);

    /// <inheritdoc/>
    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) => Complete(proxyConfigs, null);

    private async Task<string?> SwapAsync(SnapshotProxyConfig next, CancellationToken cancellationToken)
    {
        var last = _config;
        _config = next;
        if (!_inUse)
        {
            return null; // YARP will ask for it when the endpoints are mapped.
        }

        last.SignalChange();
        string? failure;
        try
        {
            failure = await next.Outcome.Task.WaitAsync(ApplyLimit, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogSlow(ApplyLimit.TotalSeconds);
            return null;
        }

        if (failure is not null)
        {
            // YARP kept the old one, and must be given it again to listen to its change token.
            _config = new SnapshotProxyConfig(last.Routes, last.Clusters);
            next.SignalChange();
        }

        return failure;
    }

    private static void Complete(IReadOnlyList<IProxyConfig> configs, string? failure)
    {
        foreach (var config in configs.OfType<SnapshotProxyConfig>())
        {
            config.Outcome.TrySetResult(failure);
        }
    }

    [LoggerMessage(7101, LogLevel.Warning, "YARP has not taken a configuration within {Seconds} s; it goes on in the background.")]
    private partial void LogSlow(double seconds);

#pragma warning disable CA1001 // A source without timer and links holds nothing that needs disposal, and YARP may still read its token.
    private sealed class SnapshotProxyConfig : IProxyConfig
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _changed = new();

        public SnapshotProxyConfig(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
        {
            (Routes, Clusters) = (routes, clusters);
            ChangeToken = new CancellationChangeToken(_changed.Token);
        }

        public IReadOnlyList<RouteConfig> Routes { get; }

        public IReadOnlyList<ClusterConfig> Clusters { get; }

        public IChangeToken ChangeToken { get; }

        // Null: in effect. Continuations run elsewhere, not inside YARP's own update.
        public TaskCompletionSource<string?> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void SignalChange() => _changed.Cancel();
    }
}
