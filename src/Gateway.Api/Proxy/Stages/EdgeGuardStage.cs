using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Proxy.Edge;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 2: refuses what must not get as far as a route, and notes addresses that fail to authenticate too often.</summary>
internal sealed class EdgeGuardStage(RequestDelegate next, IFailedAuthenticationGuard failures, LoopMark mark, IOptions<EdgeOptions> options)
{
    private readonly long _maxBodyBytes = options.Value.MaxRequestBodyMebibytes * 1024L * 1024L;

    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        if (Refusal(context) is { } problem)
        {
            request.Proxied = !OwnSurfaces.Contains(context.Request.Path);
            return context.RefuseAndCloseAsync(request, problem);
        }

        request.LoopMark = mark.Value;
        request.AddressBlocked = failures.IsBlocked(request.ClientAddress, out var retryAfter);
        request.AddressRetryAfterSeconds = retryAfter;
        return next(context);
    }

    private Problem? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsTrace(request.Method) || HttpMethods.IsConnect(request.Method))
        {
            return new Problem(ErrorCodes.MethodNotAllowed, $"The gateway does not serve {request.Method}.");
        }

        if (!request.Host.HasValue)
        {
            return new Problem(ErrorCodes.ValidationFailed, "The Host header is empty; name the host that is asked.");
        }

        // One coding and only by the version that has it: a coding twice, or another, or in HTTP/1.0 or 2, is read differently elsewhere (RFC 9112 §6.1).
        if (request.Headers.TransferEncoding.Count > 0
            && (request.Headers.TransferEncoding is not [{ } coding] || !coding.Equals("chunked", StringComparison.OrdinalIgnoreCase) || !HttpProtocol.IsHttp11(request.Protocol)))
        {
            return new Problem(ErrorCodes.ValidationFailed, "Transfer-Encoding is taken as 'chunked', once, and over HTTP/1.1 only.");
        }

        // The server keeps a Content-Length that Transfer-Encoding overrides under this name (RFC 9112 §6.1: may be smuggling).
        if (request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey("X-Content-Length"))
        {
            return new Problem(ErrorCodes.ValidationFailed, "The request has both Transfer-Encoding and Content-Length; send one of them.");
        }

        if (request.Headers.TryGetValue(LoopMark.Field, out var marks) && mark.StandsIn(marks))
        {
            return new Problem(ErrorCodes.LoopDetected, "The request came back to the gateway that forwarded it; a destination leads to the gateway itself.");
        }

        if (_maxBodyBytes > 0 && request.ContentLength > _maxBodyBytes)
        {
            RequestBodyProblems.ReadOn(context);
            return RequestBodyProblems.TooLarge(_maxBodyBytes);
        }

        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        return RequestTarget.Refusal(target) is { } why ? new Problem(ErrorCodes.ValidationFailed, why) : null;
    }
}
