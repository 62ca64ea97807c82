using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition;

/// <summary>Keeps the admin surface and the proxied traffic on ports of their own when <see cref="GatewayOptions.AdminPort"/> is set.</summary>
internal static class AdminListener
{
    private static readonly PathString[] AdminPaths = ["/api/v1", "/openapi", "/docs"];
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
            var path = context.Request.Path;
            var onAdminPort = context.Connection.LocalPort == adminPort;
            return PathsOfBoth.Any(p => path.StartsWithSegments(p)) || onAdminPort == AdminPaths.Any(p => path.StartsWithSegments(p))
                ? next(context)
                : context.WriteProblemAsync(new Problem(onAdminPort ? ErrorCodes.NotFound : ErrorCodes.RouteNotFound, "Nothing is served under this path on this port."));
        });
    }
}
