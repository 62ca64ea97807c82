using DataHub.Application;
using DataHub.Application.Abstractions;
using DataHub.Application.Access;
using DataHub.Application.Observability;
using DataHub.Application.Routing;
using DataHub.Application.Traffic;
using DataHub.Application.Webhooks;
using DataHub.Gateway.Api.Access;
using DataHub.Gateway.Api.Access.OneTimeLinks;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Composition.Settings;
using DataHub.Gateway.Api.Demo;
using DataHub.Gateway.Api.Documentation;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Observability;
using DataHub.Gateway.Api.Observability.Audit;
using DataHub.Gateway.Api.Observability.Telemetry;
using DataHub.Gateway.Api.Proxy;
using DataHub.Gateway.Api.Routing;
using DataHub.Gateway.Api.Traffic;
using DataHub.Gateway.Api.Webhooks;
using DataHub.Infrastructure;
using DataHub.Infrastructure.Access;
using DataHub.Infrastructure.Messaging;
using DataHub.Infrastructure.Observability;
using DataHub.Infrastructure.Routing;
using DataHub.Infrastructure.Traffic;
using DataHub.Infrastructure.Webhooks;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition;

/// <summary>Puts the process together: configuration, one call per module and layer, the pipeline.</summary>
internal static class GatewayHost
{
    /// <summary>Builds a gateway that is ready to run.</summary>
    /// <param name="args">The command line.</param>
    /// <exception cref="SettingsException">A setting is wrong; all mistakes are named.</exception>
    /// <param name="configure">Adds services of a test; null for none.</param>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? configure = null)
    {
        var commandLine = CommandLine.Parse(args);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Use(commandLine);
        builder.Logging.ClearProviders().AddConfiguration(builder.Configuration.GetSection("Logging")).AddProcessLogging();

        // A start that is refused is told by GatewayProcess in words; the host would log its stack trace beside it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.AddListeners();
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<GatewayOptions>>((host, gateway) => host.ShutdownTimeout = TimeSpan.FromSeconds(gateway.Value.DrainSeconds + gateway.Value.ShutdownSeconds));
        builder.Services.AddHostedService<DrainPeriod>();
        builder.Services.AddSingleton<ProblemExceptions>();
        builder.Services.ConfigureHttpJsonOptions(json => AdminJson.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        if (commandLine.Demo)
        {
            builder.Services.AddDemo();
        }

        builder.Services.AddApplication().AddAccessModule().AddRoutingModule().AddTrafficModule().AddObservabilityModule().AddWebhooksModule();
        builder.Services.AddInfrastructure().AddAccessInfrastructure().AddRoutingInfrastructure().AddTrafficInfrastructure().AddObservabilityInfrastructure().AddWebhooksInfrastructure().AddMessaging(builder.Configuration);
        builder.Services.AddGatewayProxy().AddAdminCredentials();

        configure?.Invoke(builder.Services);

        // The web server's host filter would look at every request and allow each: routes name their hosts.
        foreach (var filter in builder.Services.Where(s => s.ImplementationType?.Name == "HostFilteringStartupFilter").ToList())
        {
            builder.Services.Remove(filter);
        }

        EnsureSettings(builder, commandLine);
        var app = builder.Build();
        app.UseGatewayEdge();
        app.UseAdminListener();
        app.UseAdminSurface();
        var admin = app.MapGroup(AdminSurface.Path).AddEndpointFilter<WriteConventions>().AddEndpointFilter<UseCaseDenials>();
        admin.MapAccess();
        admin.MapRouting();
        admin.MapTraffic();
        admin.MapObservability();
        admin.MapWebhooks();
        app.MapTelemetry();
        OpenApiEndpoints.Map(app, builder.Services);
        app.MapDocumentationPage();
        app.MapSetPasswordPage();
        SettledEndpoints.Settle(app);
        app.MapGatewayRoutes();
        return app;
    }

    // Before the host is built: its own parts read settings while they are made, and would throw at the first mistake.
    private static void EnsureSettings(WebApplicationBuilder builder, CommandLine commandLine)
    {
        using var rules = builder.Services.BuildServiceProvider();
        var validator = new SettingsValidator(SettingsCatalogue.Of(builder.Services), builder.Configuration);
        IReadOnlyList<SettingMistake> mistakes = [.. commandLine.Mistakes, .. validator.Validate(rules)];
        if (mistakes.Count > 0)
        {
            throw new SettingsException(mistakes);
        }
    }
}
