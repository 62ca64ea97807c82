using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.Telemetry;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Observability.Audit;

/// <summary>Records who was refused at the admin API, and at which endpoint.</summary>
internal static class DeniedAttempts
{
    /// <summary>Records a refusal of somebody who was let in.</summary>
    /// <param name="trail">The trail.</param>
    /// <param name="context">The request.</param>
    /// <param name="actor">Who.</param>
    /// <param name="tenant">In which tenant.</param>
    /// <param name="code">Why.</param>
    public static Task RecordDenialAsync(this IAuditTrail trail, HttpContext context, Actor actor, TenantId tenant, string code)
    {
        var endpoint = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unknown";
        var note = new AuditNote("access.deny", "endpoint", $"{context.Request.Method} {endpoint}", AuditResult.Denied)
        {
            Actor = actor,
            Tenant = tenant,
            Code = code,
            Details = new { Path = Redaction.Path(context.Request.Path.Value ?? "/") },
        };
        return trail.RecordAsync(note, CancellationToken.None); // A caller that hangs up is recorded too.
    }

    /// <summary>Records a refusal at the door; equal ones within a minute are counted.</summary>
    /// <param name="trail">The trail.</param>
    /// <param name="context">The request.</param>
    /// <param name="result">What the credentials said.</param>
    /// <param name="problem">Why it is refused.</param>
    public static Task RecordDenialAsync(this IAuditTrail trail, HttpContext context, AdminCredentialResult result, Problem problem)
    {
        // A gateway that cannot tell, or that slows an address down, has denied nothing.
        if (problem.Code is ErrorCodes.StoreUnavailable or ErrorCodes.RateLimitExceeded or ErrorCodes.NotReady)
        {
            return Task.CompletedTask;
        }

        var actor = result.Presenter ?? Actor.Anonymous;
        return trail.RecordDenialAsync(context, actor, actor.Tenant, problem.Code);
    }
}

/// <summary>Records what a use case refuses to somebody who was let in, such as the key of another owner.</summary>
internal sealed class UseCaseDenials : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (DomainException e) when (e.Error.Code is ErrorCodes.InsufficientPermission or ErrorCodes.InsufficientScope)
        {
            var services = context.HttpContext.RequestServices;
            var write = services.GetRequiredService<WriteContext>();
            await services.GetRequiredService<IAuditTrail>().RecordDenialAsync(context.HttpContext, write.Actor, write.Tenant, e.Error.Code);
            throw;
        }
    }
}
