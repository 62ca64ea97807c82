using Yarp.ReverseProxy.Configuration;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>
/// YARP's check without its list of eight methods: a route for another one, such as WebDAV's <c>PROPFIND</c>, would make it refuse the whole configuration,
/// although it forwards any. What a method may be is checked where routes are written.
/// </summary>
/// <param name="yarp">YARP's own.</param>
internal sealed class AnyMethodValidator(IConfigValidator yarp) : IConfigValidator
{
    /// <inheritdoc/>
    public ValueTask<IList<Exception>> ValidateRouteAsync(RouteConfig route) =>
        yarp.ValidateRouteAsync(route.Match is { Methods: not null } match ? route with { Match = match with { Methods = null } } : route);

    /// <inheritdoc/>
    public ValueTask<IList<Exception>> ValidateClusterAsync(ClusterConfig cluster) => yarp.ValidateClusterAsync(cluster);
}
