using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy.Edge;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 4: finds out who calls. A key that memory knows costs no wait; only an unknown one asks the stores.</summary>
internal sealed class AuthenticationStage(RequestDelegate next, IKeyDirectory keys, IFailedAuthenticationGuard failures)
{
    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        var route = context.GetEndpoint()!.Metadata.GetMetadata<CompiledRoute>()!;
        request.Route = route;
        request.Proxied = true;
        request.Record.RouteId = route.Id;
        request.Record.Api = route.ApiSlug;
        request.Record.UpstreamId = route.UpstreamIdText;
        request.Record.TenantId = TrafficTenant.Recorded(context, request, route).Value;
        var keyWillDo = route.Tokens is { KeyWillDo: true };
        if (!route.KeyRequired && !keyWillDo)
        {
            return next(context);
        }

        var presented = Presented(context.Request, route, request);
        if (presented is null)
        {
            return keyWillDo ? next(context) : RefuseAsync(context, request, new Problem(ErrorCodes.ApiKeyMissing, "Send an API key in the header X-API-Key or as Authorization: Bearer."));
        }

        if (!KeyFormat.IsWellFormed(presented))
        {
            failures.RecordFailure(request.ClientAddress);
            return RefuseAsync(context, request, new Problem(ErrorCodes.ApiKeyMalformed, "The API key is not of the form dh_live_…; check that it was copied whole."));
        }

        if (keys.TryFindCached(presented, out var lookup) && (lookup.Status == KeyLookupStatus.Found || !request.AddressBlocked))
        {
            return DecideAsync(context, request, lookup);
        }

        return request.AddressBlocked ? RefuseBlockedAsync(context, request) : FindAsync(context, request, presented);
    }

    private async Task FindAsync(HttpContext context, GatewayRequest request, string presented) =>
        await DecideAsync(context, request, await keys.FindAsync(presented, context.RequestAborted));

    private Task DecideAsync(HttpContext context, GatewayRequest request, KeyLookup lookup)
    {
        request.Record.KeySource = lookup.Source;
        if (lookup.Status == KeyLookupStatus.Found && !TrafficTenant.Admits(context, request, lookup.Caller!.TenantId))
        {
            // Told and logged like a secret that nobody has: a tenant learns nothing of another one's keys.
            request.Record.KeySource = null;
            lookup = new KeyLookup(KeyLookupStatus.Unknown, null, lookup.Source);
        }

        switch (lookup.Status)
        {
            case KeyLookupStatus.Unknown:
                failures.RecordFailure(request.ClientAddress);
                return RefuseAsync(context, request, new Problem(ErrorCodes.ApiKeyInvalid, "The API key is not valid."));
            case KeyLookupStatus.StoreUnavailable:
                return context.RefuseAsync(request, new Problem(ErrorCodes.StoreUnavailable, "The key cannot be checked at the moment; try again shortly.") { RetryAfterSeconds = 2 });
        }

        var caller = lookup.Caller!;
        request.Caller = caller;
        request.Record.TenantId = caller.TenantId.Value;
        request.Record.KeyId = caller.KeyId.Value;
        request.Record.SecretVersion = caller.SecretVersion;
        request.Record.ConsumerId = caller.ConsumerId.Value;
        var now = request.Record.At;
        if (caller.SecretReplaced)
        {
            caller.Usage.CountReplaced(request.ClientAddress, now.UtcTicks);
        }

        var admission = KeyAdmissionPolicy.Decide(caller, request.ClientIp, now);
        if (!admission.Allowed)
        {
            return RefuseAsync(context, request, new Problem(admission.Code!, admission.Detail ?? ProblemCatalogue.TitleOf(admission.Code!)));
        }

        if (caller.Environment == "admin")
        {
            return RefuseAsync(context, request, new Problem(ErrorCodes.ApiKeyInvalid, "An admin key opens the admin API only; use a live or test key here."));
        }

        caller.Usage.Touch(now.UtcTicks);
        return next(context);
    }

    private static string? Presented(HttpRequest http, CompiledRoute route, GatewayRequest request)
    {
        if (http.Headers["X-API-Key"] is { Count: > 0 } header)
        {
            request.CredentialPlace = CredentialPlace.ApiKeyHeader;

            // Two values are joined, which no key survives: refused as malformed rather than one of them chosen.
            return header.ToString();
        }

        // Where tokens are taken too, Bearer carries one unless it looks like a key.
        if (http.Headers.Authorization is [{ } authorization] && Credentials.TryGetBearer(authorization, out var token)
            && (route.Tokens is null || Credentials.IsGatewayKey(token)))
        {
            request.CredentialPlace = CredentialPlace.AuthorizationHeader;
            return token.ToString();
        }

        if (route.KeyQueryParameter is { } parameter && http.Query.TryGetValue(parameter, out var value))
        {
            request.CredentialPlace = CredentialPlace.Query;
            return value.ToString();
        }

        return null;
    }

    private static Task RefuseAsync(HttpContext context, GatewayRequest request, Problem problem)
    {
        if (ProblemCatalogue.StatusOf(problem.Code) == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"datahub\"";
        }

        return context.RefuseAsync(request, problem);
    }

    /// <summary>Refuses an address that failed too often.</summary>
    internal static Task RefuseBlockedAsync(HttpContext context, GatewayRequest request) =>
        context.RefuseAsync(request, new Problem(ErrorCodes.RateLimitExceeded, "Too many failed authentications from this address.")
        {
            RetryAfterSeconds = Math.Max(1, request.AddressRetryAfterSeconds),
            ViolatedPolicies = ["failed-authentications"],
        });
}
