using DataHub.Application.Abstractions;

namespace DataHub.Gateway.Api.Demo;

/// <summary>Registers what <c>--demo</c> adds.</summary>
internal static class DemoRegistration
{
    /// <summary>Adds the demo upstream and its seed. Call before the infrastructure: the upstream must listen when the seeds run.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddDemo(this IServiceCollection services) => services
        .AddSingleton<DemoUpstream>()
        .AddHostedService(provider => provider.GetRequiredService<DemoUpstream>())
        .AddSingleton<DemoKeyFile>()
        .AddScoped<IStartupTask, DemoSeed>();
}
