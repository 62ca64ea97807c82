using DataHub.Application.Observability.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Proxy;

/// <summary>How a stage refuses: notes the reason in the record and answers with a problem.</summary>
internal static class Refusals
{
    /// <summary>Refuses the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">What is known of it.</param>
    /// <param name="problem">What the caller is told.</param>
    public static Task RefuseAsync(this HttpContext context, GatewayRequest request, Problem problem)
    {
        request.Refused = true;
        request.Record.ErrorCode = problem.Code;
        request.Record.Outcome = OutcomeOf(problem.Code);
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        context.Response.Headers["DataHub-Origin"] = "gateway";
        var written = context.WriteProblemAsync(problem);
        request.Record.ResponseBytes = HttpMethods.IsHead(context.Request.Method) ? 0 : context.Response.ContentLength ?? 0;
        return written;
    }

    /// <summary>Refuses before anything was read of the body, and closes the connection: what follows on it cannot be trusted.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">What is known of it.</param>
    /// <param name="problem">What the caller is told.</param>
    public static Task RefuseAndCloseAsync(this HttpContext context, GatewayRequest request, Problem problem)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return context.RefuseAsync(request, problem);
    }

    /// <summary>What the log calls a refusal.</summary>
    /// <param name="code">Its code.</param>
    public static RequestOutcome OutcomeOf(string code) => code switch
    {
        ErrorCodes.ApiKeyMissing or ErrorCodes.ApiKeyMalformed or ErrorCodes.ApiKeyInvalid or ErrorCodes.ApiKeyExpired
            or ErrorCodes.ApiKeyRevoked or ErrorCodes.ApiKeyDisabled
            or ErrorCodes.TokenMissing or ErrorCodes.TokenInvalid or ErrorCodes.TokenExpired or ErrorCodes.SessionEnded => RequestOutcome.Unauthenticated,
        ErrorCodes.InsufficientScope or ErrorCodes.IpNotAllowed or ErrorCodes.ConsumerSuspended
            or ErrorCodes.InsufficientPermission or ErrorCodes.InsufficientClaims => RequestOutcome.Forbidden,
        ErrorCodes.RateLimitExceeded => RequestOutcome.RateLimited,
        ErrorCodes.RouteNotFound => RequestOutcome.NoRoute,
        ErrorCodes.UpstreamConnectFailed or ErrorCodes.UpstreamInvalidResponse or ErrorCodes.UpstreamTimeout
            or ErrorCodes.NoHealthyUpstream => RequestOutcome.UpstreamFailed,
        ErrorCodes.ClientClosedRequest => RequestOutcome.ClientClosed,
        _ => RequestOutcome.Refused,
    };
}
