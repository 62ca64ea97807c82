using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Proxy.Config;
using DataHub.Gateway.Api.Proxy.Stages;

namespace DataHub.Gateway.Api.Proxy;

/// <summary>The request path: the stages in their order. Nothing else decides order.</summary>
internal static class ProxyPipeline
{
    /// <summary>Stages before the match.</summary>
    /// <param name="app">The application.</param>
    public static void UseGatewayEdge(this WebApplication app)
    {
        // YARP registers authorization services, and the host would put its middleware on the path for them. Nothing here uses it.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;

        app.UseMiddleware<RequestIdentityStage>(); // 1
        app.UseMiddleware<RecordStage>();          // 8, around the rest
        app.UseMiddleware<EdgeGuardStage>();       // 2
        app.UseRouting();                          // 3: YARP's match over the current snapshot
        app.UseMiddleware<UnmatchedStage>();       // 3: nothing took it
    }

    /// <summary>Stages of a matched route.</summary>
    /// <param name="app">The application.</param>
    public static void MapGatewayRoutes(this WebApplication app)
    {
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<AuthenticationStage>(); // 4: keys
            proxy.UseMiddleware<TokenStage>();          // 4: tokens
            proxy.UseMiddleware<RateLimitStage>();      // 5
            proxy.UseMiddleware<ScopeStage>();          // 6
            proxy.UseMiddleware<ForwardingStage>();     // 7
            proxy.UseLoadBalancing();
        }).WithCompiledRoutes();

        // A route without hosts that takes everything must not take the unknown paths of the gateway's own surfaces.
        foreach (var prefix in OwnSurfaces.Names)
        {
            app.Map($"/{prefix}/{{**rest}}", UnmatchedStage.AnswerOwnSurfaceAsync).WithMetadata(NothingHere.Mark).WithOrder(0).ExcludeFromDescription();
        }
    }
}
