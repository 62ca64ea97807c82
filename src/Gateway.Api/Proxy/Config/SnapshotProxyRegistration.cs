using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Routes;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.SessionAffinity;

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

        // YARP brings session affinity, which is not used, and for its cookies data protection: its start-up service would write a key ring to disk, and the
        // policies, which are made to check every configuration, would make its services in each process. On Windows it can hand requests on to other
        // processes; what does that would load the web server of Windows elsewhere too.
        foreach (var service in services.Where(s => IsOfAffinity(s) || IsOfDelegation(s)).ToList())
        {
            services.Remove(service);
        }

        var check = services.Single(s => s.ServiceType == typeof(IConfigValidator)).ImplementationType!;
        services.Replace(ServiceDescriptor.Singleton<IConfigValidator>(provider => new AnyMethodValidator((IConfigValidator)ActivatorUtilities.CreateInstance(provider, check))));
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

    private static bool IsOfAffinity(ServiceDescriptor service) =>
        service.ServiceType == typeof(ISessionAffinityPolicy) || (service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "DataProtectionHostedService");

    // Known by the method that registered its factory; a test sees to it that the name still is this one.
    private static bool IsOfDelegation(ServiceDescriptor service) =>
        service.ServiceType == typeof(IClusterChangeListener) && service.ImplementationFactory?.Method.Name.Contains("HttpSysDelegation", StringComparison.Ordinal) == true;

    /// <summary>Puts the <see cref="CompiledRoute"/> into the metadata of each proxied endpoint.</summary>
    /// <param name="builder">What <c>MapReverseProxy</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static ReverseProxyConventionBuilder WithCompiledRoutes(this ReverseProxyConventionBuilder builder) =>
        builder.ConfigureEndpoints(static (endpoint, route) => endpoint.WithMetadata(((SnapshotRouteMetadata)route.Metadata!).Route));
}
