namespace DataHub.Gateway.Api.Demo;

/// <summary>Registers what <c>--demo</c> adds.</summary>
internal static class DemoRegistration
{
    /// <summary>Adds the demo upstream and its seed.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddDemo(this IServiceCollection services) => services
        .AddSingleton<DemoUpstream>()
        .AddHostedService(provider => provider.GetRequiredService<DemoUpstream>())
        .AddSingleton<DemoKeyFile>()
        .AddScoped<DemoSeed>()
        .AddHostedService<DemoSeeding>();
}
