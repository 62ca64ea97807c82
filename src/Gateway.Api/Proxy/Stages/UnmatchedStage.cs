using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 3, after the match: answers what neither a route nor an endpoint of the gateway took.</summary>
internal sealed class UnmatchedStage(RequestDelegate next)
{
    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context)
    {
        // An endpoint without a pattern is the router's own answer, such as 405.
        if (context.GetEndpoint() is Microsoft.AspNetCore.Routing.RouteEndpoint)
        {
            return next(context);
        }

        return context.GetEndpoint() is { } answer ? RefuseAsRouterAsync(context, answer) : RefuseUnmatchedAsync(context);
    }

    /// <summary>404 for a path under the gateway's own surfaces that no endpoint has; 415 for one that takes JSON and was sent something else.</summary>
    /// <param name="context">The request.</param>
    public static Task AnswerOwnSurfaceAsync(HttpContext context) =>
        context.RefuseAsync(context.Features.Get<GatewayRequest>()!, AdminSurface.WantsJson(context)
            ? new Problem(ErrorCodes.UnsupportedMediaType, "Send the body as application/json.")
            : new Problem(ErrorCodes.NotFound, "There is nothing under this path."));

    private static Task RefuseUnmatchedAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        request.Proxied = !OwnSurfaces.Contains(context.Request.Path);
        if (!request.Snapshot.TenantHosts.IsEmpty && request.Snapshot.TenantHosts.OwnerOf(context.Request.Host.Host) is { } tenant)
        {
            request.Record.TenantId = tenant.Value;
        }

        if (!request.Proxied)
        {
            return context.RefuseAsync(request, new Problem(ErrorCodes.NotFound, "There is nothing under this path."));
        }

        return request.Snapshot.Loaded
            ? context.RefuseAsync(request, new Problem(ErrorCodes.RouteNotFound, "No route takes this method, host and path."))
            : context.RefuseAsync(request, new Problem(ErrorCodes.NotReady, "The gateway has not loaded its routes yet; try again shortly.") { RetryAfterSeconds = 2 });
    }

    private static async Task RefuseAsRouterAsync(HttpContext context, Endpoint answer)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        request.Proxied = !OwnSurfaces.Contains(context.Request.Path);
        await answer.RequestDelegate!(context);
        var problem = context.Response.StatusCode switch
        {
            StatusCodes.Status405MethodNotAllowed => new Problem(ErrorCodes.MethodNotAllowed, $"{context.Request.Method} is not served under this path; see the Allow header."),
            StatusCodes.Status415UnsupportedMediaType => new Problem(ErrorCodes.UnsupportedMediaType, "Send the body as application/json."),
            _ => new Problem(ErrorCodes.RouteNotFound, "No route takes this request."),
        };
        if (!context.Response.HasStarted)
        {
            await context.RefuseAsync(request, problem);
        }
    }
}
