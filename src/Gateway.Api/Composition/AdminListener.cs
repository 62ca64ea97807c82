using DataHub.Application.Abstractions;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition;

/// <summary>Keeps the admin surface and the proxied traffic on ports of their own when <see cref="GatewayOptions.AdminPort"/> is set.</summary>
internal static class AdminListener
{
    private static readonly PathString[] AdminPaths = ["/api", "/openapi", "/docs", "/console"];
    private static readonly PathString[] PathsOfBoth = ["/health", "/metrics"];

    /// <summary>Adds the check; nothing when one port serves all.</summary>
    /// <param name="app">The pipeline.</param>
    public static void UseAdminListener(this WebApplication app)
    {
        var adminPort = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.AdminPort;
        if (adminPort == 0)
        {
            return;
        }

        app.Use((context, next) =>
        {
            var onAdminPort = context.Connection.LocalPort == adminPort;
            return IsServed(context, onAdminPort) ? next(context) : RefuseAsync(context, onAdminPort);
        });
    }

    // A route may claim any path under a host of its own: that is traffic.
    private static bool IsServed(HttpContext context, bool onAdminPort)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CompiledRoute>() is not null)
        {
            return !onAdminPort;
        }

        var path = context.Request.Path;
        return Array.Exists(PathsOfBoth, p => path.StartsWithSegments(p)) || onAdminPort == Array.Exists(AdminPaths, p => path.StartsWithSegments(p));
    }

    private static Task RefuseAsync(HttpContext context, bool onAdminPort)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        request.Proxied = !onAdminPort;
        return context.RefuseAsync(request, new Problem(onAdminPort ? ErrorCodes.NotFound : ErrorCodes.RouteNotFound, "Nothing is served under this path on this port."));
    }
}
