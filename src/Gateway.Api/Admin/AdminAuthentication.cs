using System.Net;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Observability.Audit;
using DataHub.Gateway.Api.Proxy;
using Microsoft.AspNetCore.Authorization;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Lets nobody into the admin API whom the endpoint does not name: asks the credentials who calls, then checks the permission. Runs before the body is read.</summary>
internal sealed partial class AdminAuthentication(
    RequestDelegate next, IEnumerable<IAdminCredential> credentials, IGatewaySnapshotSource snapshots, IFailedAuthenticationGuard failures, ILogger<AdminAuthentication> logger)
{
    /// <summary>Names the tenant that a global identity works in.</summary>
    public const string TenantHeader = "X-DataHub-Tenant";

    private const string Challenge = "Bearer realm=\"datahub\"";

    private readonly IAdminCredential[] _credentials = [.. credentials];

    /// <summary>Runs the stage.</summary>
    /// <param name="context">A request under <c>/api/v1</c>.</param>
    /// <param name="write">Takes the identity.</param>
    /// <param name="trail">Is told of refusals.</param>
    public async Task InvokeAsync(HttpContext context, WriteContext write, IAuditTrail trail)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        context.Response.Headers.CacheControl = "no-store";
        write.Actor = Actor.Anonymous;
        write.ClientIp = request.ClientIp.ToString();
        write.BeganAt = request.Record.At;
        write.RequestId = context.TraceIdentifier;
        write.UserAgent = context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null;
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null && !request.AddressBlocked)
        {
            await next(context);
            return;
        }

        var result = await AuthenticateAsync(context, request);
        var problem = result.Problem ?? AccessRequirement.Refusal(context.GetEndpoint(), result.Actor!) ?? await EnterAsync(context, write, result.Actor!);
        if (problem is null)
        {
            await next(context);
            return;
        }

        if (problem.Code is ErrorCodes.ApiKeyMalformed or ErrorCodes.ApiKeyInvalid or ErrorCodes.TokenInvalid)
        {
            failures.RecordFailure(request.ClientAddress);
        }

        if (ProblemCatalogue.StatusOf(problem.Code) == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = Challenge;
        }

        LogRefused(context.Request.Method, context.Request.Path, problem.Code, result.Presenter?.Id, request.ClientIp, context.TraceIdentifier);
        await trail.RecordDenialAsync(context, result, problem);
        await context.RefuseAsync(request, problem);
    }

    /// <summary>The refusal of an address that failed to authenticate too often.</summary>
    /// <param name="request">What is known of the request.</param>
    internal static Problem AddressBlocked(GatewayRequest request) =>
        new(ErrorCodes.RateLimitExceeded, "Too many failed authentications from this address.") { RetryAfterSeconds = Math.Max(1, request.AddressRetryAfterSeconds) };

    private async ValueTask<AdminCredentialResult> AuthenticateAsync(HttpContext context, GatewayRequest request)
    {
        foreach (var credential in _credentials)
        {
            var result = await credential.AuthenticateAsync(context, context.RequestAborted);
            if (result.Actor is not null || result.Problem is not null)
            {
                return result;
            }
        }

        return AdminCredentialResult.Refused(request.AddressBlocked ? AddressBlocked(request)
            : context.Request.Headers.Authorization.Count > 0 ? new Problem(ErrorCodes.ApiKeyMalformed, "The credential in Authorization is none that is known here; check that it was copied whole.")
            : new Problem(ErrorCodes.ApiKeyMissing, "Send an admin key in the header X-API-Key or as Authorization: Bearer."));
    }

    private async ValueTask<Problem?> EnterAsync(HttpContext context, WriteContext write, Actor actor)
    {
        var named = context.Request.Headers[TenantHeader];
        var tenant = actor.Tenant;
        if (named.Count > 0 && (named is not [{ } text] || !EntityId.TryParse(text, out tenant) || !(actor.Global ? await ExistsAsync(tenant, context) : tenant == actor.Tenant)))
        {
            return new Problem(ErrorCodes.NotFound, $"There is no tenant of the id in {TenantHeader}.");
        }

        (write.Actor, write.Tenant) = (actor, tenant);
        return null;
    }

    // A tenant that was just made may reach this node a moment later than the request.
    private async ValueTask<bool> ExistsAsync(TenantId tenant, HttpContext context)
    {
        if (!snapshots.Current.Tenants.Contains(tenant))
        {
            await snapshots.CatchUpAsync(context.RequestAborted);
        }

        return snapshots.Current.Tenants.Contains(tenant);
    }

    [LoggerMessage(2010, LogLevel.Information, "Refused {Method} {Path}: {Code}, {Subject}, from {ClientIp}, request {RequestId}.")]
    private partial void LogRefused(string method, string path, string code, string? subject, IPAddress? clientIp, string requestId);
}
