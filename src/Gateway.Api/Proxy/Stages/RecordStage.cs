using System.Diagnostics;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.Telemetry;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;
using Microsoft.Extensions.ObjectPool;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 8, around all others: completes the record and hands it to log and metrics, which never wait.</summary>
internal sealed class RecordStage(
    RequestDelegate next, TimeProvider clock, IRequestLog log, IRequestMetrics metrics, IRefusalLog refusals, ProblemExceptions problems, ObjectPool<GatewayRequest> pool)
{
    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<GatewayRequest>()!;
        var completed = false;
        try
        {
            await next(context);
            completed = true;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            completed = await AnswerAsync(context, request, e);
        }
        finally
        {
            if (request.Proxied)
            {
                Record(context, request, completed);
            }

            if (Activity.Current is { IsAllDataRequested: true } span)
            {
                NameSpan(span, context);
            }

            context.Features.Set<GatewayRequest>(null);
            request.Reset();
            pool.Return(request);
        }
    }

    private async Task<bool> AnswerAsync(HttpContext context, GatewayRequest request, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return false;
        }

        context.Response.Clear();
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        var problem = problems.ToProblem(exception, context.TraceIdentifier);
        await context.RefuseAsync(request, problem);
        return true;
    }

    // Of few names, so that they can be grouped: the path itself may hold anything.
    private static void NameSpan(Activity span, HttpContext context)
    {
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        var method = span.GetTagItem("http.request.method") as string is { } known and not "_OTHER" ? known : "HTTP";
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = method;
            return;
        }

        span.DisplayName = $"{method} {route}";
        span.SetTag("http.route", route);
    }

    private void Record(HttpContext context, GatewayRequest request, bool completed)
    {
        var record = request.Record;
        var http = context.Request;
        record.Method = http.Method;
        record.Host = http.Host.Value ?? "";
        record.Path = Cut(Redaction.Path(http.Path.Value ?? ""), 2048);
        record.Query = http.QueryString.HasValue ? Cut(Redaction.Query(http.QueryString.Value!), 2048) : "";
        record.Protocol = http.Protocol;
        record.ClientIp = request.ClientIp;
        record.UserAgent = http.Headers.UserAgent is [{ } agent, ..] ? Cut(agent, 256) : null;
        record.Epoch = request.Snapshot.Epoch;
        record.Status = StatusOf(context, record, completed);
        record.DurationMicros = (long)clock.GetElapsedTime(request.StartedAt).TotalMicroseconds;
        log.Write(record);
        metrics.Record(record, request.Route?.IdText ?? "");
        if (record.ErrorCode is not null)
        {
            refusals.Write(record, request.Route?.IdText ?? "");
        }
    }

    private static int StatusOf(HttpContext context, RequestRecord record, bool completed)
    {
        if (completed && record.Outcome != RequestOutcome.ClientClosed)
        {
            return context.Response.StatusCode;
        }

        if (record.ErrorCode is null)
        {
            record.ErrorCode = context.RequestAborted.IsCancellationRequested ? ErrorCodes.ClientClosedRequest : ErrorCodes.InternalError;
            record.Outcome = context.RequestAborted.IsCancellationRequested ? RequestOutcome.ClientClosed : RequestOutcome.Refused;
        }

        return ProblemCatalogue.StatusOf(record.ErrorCode);
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
