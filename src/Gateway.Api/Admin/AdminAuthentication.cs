using System.Net;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy;
using Microsoft.AspNetCore.Authorization;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Lets nobody into the admin API without an admin key. Runs before the body is read.</summary>
internal sealed partial class AdminAuthentication(
    RequestDelegate next, IKeyDirectory keys, IFailedAuthenticationGuard failures, TimeProvider clock, ILogger<AdminAuthentication> logger)
{
    /// <summary>The actor of a request that needs no key.</summary>
    public const string Anonymous = "anonymous";

    private const string Challenge = "Bearer realm=\"datahub\"";

    private static readonly string AdminWord = KeyFormat.WordOf(KeyEnvironment.Admin);

    /// <summary>Runs the stage.</summary>
    /// <param name="context">A request under <c>/api/v1</c>.</param>
    /// <param name="write">Takes the identity.</param>
    public async Task InvokeAsync(HttpContext context, WriteContext write)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        context.Response.Headers.CacheControl = "no-store";
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null && !request.AddressBlocked)
        {
            write.Actor = Anonymous;
            await next(context);
            return;
        }

        var (caller, problem) = await AuthenticateAsync(context, request);
        if (problem is null)
        {
            write.Actor = caller!.KeyIdText;
            caller.Usage.Touch(clock.GetUtcNow().UtcTicks);
            await next(context);
            return;
        }

        if (problem.Code is ErrorCodes.ApiKeyMalformed or ErrorCodes.ApiKeyInvalid)
        {
            failures.RecordFailure(request.ClientAddress);
        }

        if (ProblemCatalogue.StatusOf(problem.Code) == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = Challenge;
        }

        LogRefused(context.Request.Method, context.Request.Path, problem.Code, caller?.KeyIdText, request.ClientIp, context.TraceIdentifier);
        await context.RefuseAsync(request, problem);
    }

    private async Task<(CallerRecord? Caller, Problem? Problem)> AuthenticateAsync(HttpContext context, GatewayRequest request)
    {
        if (Presented(context.Request.Headers) is not { } presented)
        {
            return (null, new Problem(ErrorCodes.ApiKeyMissing, "Send an admin key in the header X-API-Key or as Authorization: Bearer."));
        }

        if (!KeyFormat.IsWellFormed(presented))
        {
            return (null, new Problem(ErrorCodes.ApiKeyMalformed, "The API key is not of the form dh_admin_…; check that it was copied whole."));
        }

        var known = keys.TryFindCached(presented, out var lookup);
        if (request.AddressBlocked && !(known && lookup.Status == KeyLookupStatus.Found))
        {
            return (null, new Problem(ErrorCodes.RateLimitExceeded, "Too many failed authentications from this address.") { RetryAfterSeconds = Math.Max(1, request.AddressRetryAfterSeconds) });
        }

        lookup = known ? lookup : await keys.FindAsync(presented, context.RequestAborted);
        switch (lookup.Status)
        {
            case KeyLookupStatus.Unknown:
                return (null, new Problem(ErrorCodes.ApiKeyInvalid, "The API key is not valid."));
            case KeyLookupStatus.StoreUnavailable:
                return (null, new Problem(ErrorCodes.StoreUnavailable, "The key cannot be checked at the moment; try again shortly.") { RetryAfterSeconds = 2 });
        }

        var caller = lookup.Caller!;
        var admission = KeyAdmissionPolicy.Decide(caller, request.ClientIp, clock.GetUtcNow());
        return !admission.Allowed ? (caller, new Problem(admission.Code!, admission.Detail ?? ProblemCatalogue.TitleOf(admission.Code!)))
            : caller.Environment == AdminWord ? (caller, null)
            : (caller, new Problem(ErrorCodes.InsufficientPermission, "This key opens proxied traffic only; the admin API needs a key of the form dh_admin_…."));
    }

    private static string? Presented(IHeaderDictionary headers)
    {
        if (headers["X-API-Key"] is { Count: > 0 } header && header.ToString() is { Length: > 0 } key)
        {
            // Two values are joined, which no key survives: refused as malformed rather than one of them chosen.
            return key;
        }

        const string scheme = "Bearer ";
        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && authorization[scheme.Length..].Trim() is { Length: > 0 } token ? token : null;
    }

    [LoggerMessage(2010, LogLevel.Information, "Refused {Method} {Path}: {Code}, key {KeyId}, from {ClientIp}, request {RequestId}.")]
    private partial void LogRefused(string method, string path, string code, string? keyId, IPAddress? clientIp, string requestId);
}
