using DataHub.Application.Access.Scopes;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 6: asks whether the key, or else the token, covers the route's scopes.</summary>
internal sealed class ScopeStage(RequestDelegate next)
{
    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        var route = request.Route!;
        if (route.RequiredScopes.Length == 0 || (request.Caller?.ScopesOn(route.ApiIdText) ?? request.Token?.Scopes) is not { } scopes || ScopePolicy.Decide(scopes, route.RequiredScopes, route.AnyScope).Allowed)
        {
            return next(context);
        }

        var missing = ScopePolicy.Missing(scopes, route.RequiredScopes);
        request.Record.MissingScopes = missing;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"datahub\", error=\"insufficient_scope\", scope=\"{string.Join(' ', route.RequiredScopes)}\"";
        var needs = route.AnyScope ? "one of " : "";
        return context.RefuseAsync(request, new Problem(ErrorCodes.InsufficientScope, $"The {(request.Caller is null ? "token" : "key")} lacks {needs}{string.Join(", ", missing)}; ask an administrator to add it."));
    }
}
