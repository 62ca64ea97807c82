using DataHub.Application.Routing.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Outbound;

/// <summary>Registers what guards outbound calls.</summary>
internal static class OutboundServices
{
    public static IServiceCollection AddOutbound(this IServiceCollection services)
    {
        services.AddOptions<OutboundOptions>().BindConfiguration("DataHub:Outbound").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IHostAddresses>(provider => new SystemHostAddresses(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OutboundConnector>();
        services.AddSingleton<OutboundGuard>();
        services.AddSingleton(provider => new OutboundClient(provider.GetRequiredService<OutboundGuard>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IUpstreamGuard, UpstreamGuard>();
        return services;
    }
}
