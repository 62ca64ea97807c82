using DataHub.Application;
using DataHub.Application.Access;
using DataHub.Application.Observability;
using DataHub.Application.Routing;
using DataHub.Application.Traffic;
using DataHub.Gateway.Api.Access;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Observability;
using DataHub.Gateway.Api.Routing;
using DataHub.Gateway.Api.Traffic;
using DataHub.Infrastructure;
using DataHub.Infrastructure.Access;
using DataHub.Infrastructure.Observability;
using DataHub.Infrastructure.Routing;
using DataHub.Infrastructure.Traffic;

namespace DataHub.Gateway.Api.Composition;

/// <summary>Puts the process together: configuration, one call per module and layer, the pipeline.</summary>
internal static class GatewayHost
{
    /// <summary>Builds a gateway that is ready to run.</summary>
    /// <param name="args">The command line.</param>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.ConfigureHttpJsonOptions(json => AdminJson.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddApplication().AddAccessModule().AddRoutingModule().AddTrafficModule().AddObservabilityModule();
        builder.Services.AddInfrastructure().AddAccessInfrastructure().AddRoutingInfrastructure().AddTrafficInfrastructure().AddObservabilityInfrastructure();

        var app = builder.Build();
        app.UseExceptionHandler(_ => { });
        var admin = app.MapGroup("/api/v1").AddEndpointFilter<WriteConventions>();
        admin.MapAccess();
        admin.MapRouting();
        admin.MapTraffic();
        admin.MapObservability();
        return app;
    }
}
