using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Routes;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>Registers YARP over the gateway snapshot.</summary>
internal static class SnapshotProxyRegistration
{
    /// <summary>Adds YARP, fed by the snapshot.</summary>
    /// <param name="services">The services.</param>
    /// <returns>YARP's builder, for transforms.</returns>
    public static IReverseProxyBuilder AddSnapshotProxy(this IServiceCollection services)
    {
        var proxy = services.AddReverseProxy();

        // YARP brings data protection for its affinity cookies, which are not used; its start-up service would write a key ring to disk.
        foreach (var service in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(service);
        }

        services.AddSingleton<SnapshotProxyConfigProvider>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<SnapshotProxyConfigProvider>());
        services.AddSingleton<IConfigChangeListener>(provider => provider.GetRequiredService<SnapshotProxyConfigProvider>());
        services.AddSingleton<ISnapshotListener>(provider => provider.GetRequiredService<SnapshotProxyConfigProvider>());
        services.AddSingleton<IForwarderHttpClientFactory, SnapshotHttpClientFactory>();
        services.AddSingleton<ILoadBalancingPolicy, WeightedPolicy>();
        services.AddSingleton<MatcherPolicy, HostPolicy>();
        services.AddSingleton<IRouteMatcher, EndpointRouteMatcher>();
        return proxy;
    }

    /// <summary>Puts the <see cref="CompiledRoute"/> into the metadata of each proxied endpoint.</summary>
    /// <param name="builder">What <c>MapReverseProxy</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static ReverseProxyConventionBuilder WithCompiledRoutes(this ReverseProxyConventionBuilder builder) =>
        builder.ConfigureEndpoints(static (endpoint, route) => endpoint.WithMetadata(((SnapshotRouteMetadata)route.Metadata!).Route));
}
