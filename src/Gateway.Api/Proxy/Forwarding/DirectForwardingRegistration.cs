using DataHub.Application.Access.Contracts;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Forwarder;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>Registers the forwarder.</summary>
internal static class DirectForwardingRegistration
{
    /// <summary>Puts <see cref="DirectForwarder"/> before YARP's forwarder, which must be registered.</summary>
    /// <param name="services">The services.</param>
    public static void AddDirectForwarding(this IServiceCollection services)
    {
        var others = services.Single(s => s.ServiceType == typeof(IHttpForwarder)).ImplementationType!;
        services.RemoveAll<IHttpForwarder>();
        services.AddSingleton<IHttpForwarder>(provider =>
            new DirectForwarder((IHttpForwarder)ActivatorUtilities.CreateInstance(provider, others), provider.GetRequiredService<IOpenExchanges>(), provider.GetRequiredService<ILogger<DirectForwarder>>()));
    }
}
