using System.Globalization;
using System.Net;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Transforms;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>Says the snapshot in YARP's words.</summary>
internal static class ProxyConfigMapper
{
    /// <summary>Metadata key of a cluster: milliseconds to connect.</summary>
    public const string ConnectTimeoutKey = "connectTimeoutMs";

    /// <summary>Metadata key of a destination: its weight.</summary>
    public const string WeightKey = "weight";

    private const string AnyPath = "/{**rest}";

    /// <summary>A route. Its hosts are matched by <see cref="HostPolicy"/>.</summary>
    /// <param name="route">The compiled route.</param>
    public static RouteConfig Map(CompiledRoute route)
    {
        var config = new RouteConfig
        {
            RouteId = route.IdText,
            ClusterId = route.UpstreamIdText,
            Order = route.Match.Rank,
            Match = new RouteMatch
            {
                Path = route.PathTemplate is { Length: > 0 } path ? path : AnyPath,
                Methods = route.Match.Methods is { Count: > 0 } methods ? methods : null,
                Headers = route.Match.Headers.Count == 0 ? null : [.. route.Match.Headers.Select(MapHeader)],
                QueryParameters = route.Match.Query.Count == 0 ? null : [.. route.Match.Query.Select(MapQuery)],
            },
            Metadata = new SnapshotRouteMetadata(route),
        };

        // The forwarding stage writes X-Forwarded-* itself: YARP's own would trust whoever sent them.
        config = config.WithTransformXForwarded(xDefault: ForwardedTransformActions.Off);
        return route switch
        {
            { PathRewrite: { } template } => config.WithTransformPathRouteValues(template),
            { StripPrefix: { } prefix } => config.WithTransformPathRemovePrefix(prefix),
            _ => config,
        };
    }

    /// <summary>An upstream.</summary>
    /// <param name="upstream">The compiled upstream.</param>
    public static ClusterConfig Map(CompiledUpstream upstream) => new()
    {
        ClusterId = upstream.IdText,
        LoadBalancingPolicy = upstream.LoadBalancing switch
        {
            LoadBalancing.PowerOfTwo => LoadBalancingPolicies.PowerOfTwoChoices,
            LoadBalancing.RoundRobin => LoadBalancingPolicies.RoundRobin,
            LoadBalancing.LeastRequests => LoadBalancingPolicies.LeastRequests,
            LoadBalancing.Random => LoadBalancingPolicies.Random,
            LoadBalancing.Weighted => WeightedPolicy.PolicyName,
            _ => throw new InvalidOperationException($"{upstream.LoadBalancing} is not known."),
        },
        Destinations = upstream.Destinations.ToDictionary(
            d => d.Name,
            d => new DestinationConfig
            {
                Address = d.Url,
                Metadata = new Dictionary<string, string> { [WeightKey] = d.Weight.ToString(CultureInfo.InvariantCulture) },
            },
            StringComparer.OrdinalIgnoreCase),
        HttpClient = new HttpClientConfig { EnableMultipleHttp2Connections = true },
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = upstream.ActivityTimeout,
            Version = upstream.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,

            // Without TLS nothing is negotiated: HTTP/2 is spoken by prior knowledge, which takes "exact". With TLS, ALPN may settle on 1.1.
            VersionPolicy = upstream.Http2 && upstream.Destinations.Any(d => d.Url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
                ? HttpVersionPolicy.RequestVersionExact
                : HttpVersionPolicy.RequestVersionOrLower,
        },
        Metadata = new Dictionary<string, string>
        {
            [ConnectTimeoutKey] = upstream.ConnectTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        },
    };

    private static RouteHeader MapHeader(ValueMatch match) => new()
    {
        Name = match.Name,
        Values = match.Values is { Count: > 0 } values ? values : null,
        IsCaseSensitive = match.CaseSensitive,
        Mode = match.Mode switch
        {
            MatchMode.Exact => HeaderMatchMode.ExactHeader,
            MatchMode.Prefix => HeaderMatchMode.HeaderPrefix,
            MatchMode.Contains => HeaderMatchMode.Contains,
            MatchMode.NotContains => HeaderMatchMode.NotContains,
            MatchMode.Exists => HeaderMatchMode.Exists,
            MatchMode.NotExists => HeaderMatchMode.NotExists,
            _ => throw new InvalidOperationException($"{match.Mode} is not known."),
        },
    };

    private static RouteQueryParameter MapQuery(ValueMatch match) => new()
    {
        Name = match.Name,
        Values = match.Values is { Count: > 0 } values ? values : null,
        IsCaseSensitive = match.CaseSensitive,
        Mode = match.Mode switch
        {
            MatchMode.Exact => QueryParameterMatchMode.Exact,
            MatchMode.Prefix => QueryParameterMatchMode.Prefix,
            MatchMode.Contains => QueryParameterMatchMode.Contains,
            MatchMode.NotContains => QueryParameterMatchMode.NotContains,
            MatchMode.Exists => QueryParameterMatchMode.Exists,
            _ => throw new InvalidOperationException($"{match.Mode} is not known for a query parameter."),
        },
    };
}
