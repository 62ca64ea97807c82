using DataHub.Application.Observability.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 7: hands the request to the forwarder within the route's time, and turns a failure into a problem.</summary>
internal sealed class ForwardingStage(RequestDelegate next, TimeProvider clock)
{
    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        var started = clock.GetTimestamp();
        CountRequestBody(context, request);
        var timedOut = false;
        if (request.Route!.Timeout is { } timeout)
        {
            timedOut = await ForwardWithinAsync(context, timeout);
        }
        else
        {
            await next(context);
        }

        request.Record.UpstreamMicros = (long)clock.GetElapsedTime(started).TotalMicroseconds;
        request.Record.Destination = context.GetReverseProxyFeature().ProxiedDestination?.DestinationId;
        if (context.Features.Get<IForwarderErrorFeature>() is { } failure)
        {
            await AnswerFailureAsync(context, request, failure, timedOut);
        }
    }

    // The forwarder ends when RequestAborted does; the caller's own token is put back to tell a time-out from a caller that left.
    private async ValueTask<bool> ForwardWithinAsync(HttpContext context, TimeSpan timeout)
    {
        var callerGone = context.RequestAborted;
        var timedOut = false;
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(callerGone, deadline.Token);

        // Asked before anything is cancelled, since the last registration is called first: a cut answer soon looks as if the caller had left.
        using var late = deadline.Token.UnsafeRegister(_ => timedOut = !callerGone.IsCancellationRequested, null);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        finally
        {
            context.RequestAborted = callerGone;
        }

        return timedOut;
    }

    private static void CountRequestBody(HttpContext context, GatewayRequest request)
    {
        if (context.Request.ContentLength is { } length)
        {
            request.Record.RequestBytes = length;
        }
        else if (context.Request.Headers.TransferEncoding.Count > 0 || HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Request.Body = new Edge.CountingRequestBody(context.Request.Body, request.Record);
        }
    }

    private static Task AnswerFailureAsync(HttpContext context, GatewayRequest request, IForwarderErrorFeature failure, bool timedOut)
    {
        request.Record.ErrorType = failure.Error.ToString();
        if (request.ClosedBy is { } code)
        {
            // The key ended while the stream was open; the caller has seen the head, so only the log can tell. The server tells of the abort a moment later.
            request.Record.ErrorCode = code;
            request.Record.Outcome = Refusals.OutcomeOf(code);
            return Task.CompletedTask;
        }

        // When the upstream broke off its answer, it was the gateway that cut the connection; when the answer could not be written, the caller had left.
        if (failure.Error == ForwarderError.ResponseBodyClient
            || (!timedOut && failure.Error != ForwarderError.ResponseBodyDestination && context.RequestAborted.IsCancellationRequested))
        {
            request.Record.ErrorCode = ErrorCodes.ClientClosedRequest;
            request.Record.Outcome = RequestOutcome.ClientClosed;
            request.Record.Status = StatusCodes.Status499ClientClosedRequest;
            return Task.CompletedTask;
        }

        var problem = ToProblem(failure, timedOut);
        if (context.Response.HasStarted)
        {
            // The head has gone out; the forwarder has cut the connection so that the caller cannot take half for whole.
            request.Record.ErrorCode = problem.Code;
            request.Record.Outcome = RequestOutcome.UpstreamFailed;
            return Task.CompletedTask;
        }

        foreach (var name in StaleHeaders)
        {
            context.Response.Headers.Remove(name);
        }

        return problem.Code == ErrorCodes.PayloadTooLarge ? context.RefuseAndCloseAsync(request, problem) : context.RefuseAsync(request, problem);
    }

    private static readonly string[] StaleHeaders = ["Content-Length", "Content-Encoding", "Transfer-Encoding", "ETag", "Last-Modified"];

    private static Problem ToProblem(IForwarderErrorFeature failure, bool timedOut) => failure switch
    {
        _ when timedOut => new Problem(ErrorCodes.UpstreamTimeout, "The upstream did not answer within the route's time."),
        { Exception: { } cause } when IsBodyTooLarge(cause) => new Problem(ErrorCodes.PayloadTooLarge, "The body is larger than the gateway takes."),
        { Error: ForwarderError.RequestBodyClient } => new Problem(ErrorCodes.ValidationFailed, "The request body ended early or was malformed."),
        { Error: ForwarderError.NoAvailableDestinations } => new Problem(ErrorCodes.NoHealthyUpstream, "No destination of the upstream is available.") { RetryAfterSeconds = 5 },
        { Error: ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyCanceled or ForwarderError.RequestBodyCanceled } =>
            new Problem(ErrorCodes.UpstreamTimeout, "The upstream did not answer in time."),
        { Exception: TimeoutException } => new Problem(ErrorCodes.UpstreamTimeout, "The upstream did not answer in time."),
        { Error: ForwarderError.ResponseHeaders } => new Problem(ErrorCodes.UpstreamInvalidResponse, "The upstream's answer was not valid HTTP."),
        { Exception: { } cause } when IsInvalidResponse(cause) => new Problem(ErrorCodes.UpstreamInvalidResponse, "The upstream's answer was not valid HTTP."),
        _ => new Problem(ErrorCodes.UpstreamConnectFailed, "The upstream could not be reached or closed the connection."),
    };

    private static bool IsBodyTooLarge(Exception cause) =>
        cause is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
        || (cause is AggregateException several && HoldsBodyTooLarge(several))
        || (cause.InnerException is { } inner && IsBodyTooLarge(inner));

    private static bool HoldsBodyTooLarge(AggregateException several)
    {
        foreach (var cause in several.InnerExceptions)
        {
            if (IsBodyTooLarge(cause))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsInvalidResponse(Exception cause) =>
        cause is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError }
        || (cause.InnerException is { } inner && IsInvalidResponse(inner));
}
