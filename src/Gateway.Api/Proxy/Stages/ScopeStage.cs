using DataHub.Application.Access.Scopes;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 6: asks whether the key covers the route's scopes.</summary>
internal sealed class ScopeStage(RequestDelegate next)
{
    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        var route = request.Route!;
        if (route.RequiredScopes.Length == 0 || request.Caller is not { } caller || ScopePolicy.Decide(caller.Scopes, route.RequiredScopes, route.AnyScope).Allowed)
        {
            return next(context);
        }

        var missing = ScopePolicy.Missing(caller.Scopes, route.RequiredScopes);
        request.Record.MissingScopes = missing;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"datahub\", error=\"insufficient_scope\", scope=\"{string.Join(' ', route.RequiredScopes)}\"";
        var needs = route.AnyScope ? "one of " : "";
        return context.RefuseAsync(request, new Problem(ErrorCodes.InsufficientScope, $"The key lacks {needs}{string.Join(", ", missing)}; ask an administrator to add it."));
    }
}
