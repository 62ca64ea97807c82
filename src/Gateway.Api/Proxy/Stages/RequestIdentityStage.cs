using System.Buffers.Binary;
using System.Diagnostics;
using DataHub.Application.Observability.Telemetry;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Proxy.Edge;
using DataHub.Gateway.Api.Proxy.Forwarding;
using Microsoft.Extensions.ObjectPool;

namespace DataHub.Gateway.Api.Proxy.Stages;

/// <summary>Stage 1: gives the request its id, its place in the trace, its start and its caller's address.</summary>
internal sealed class RequestIdentityStage(
    RequestDelegate next, TimeProvider clock, RequestIds ids, TraceIds traces, TrustedProxies proxies, IGatewaySnapshotSource snapshots, ObjectPool<GatewayRequest> pool)
{
    /// <summary>Runs the stage.</summary>
    /// <param name="context">The request.</param>
    public Task InvokeAsync(HttpContext context) => InlineCompletions.MustNotBlock ? InPoolAsync(context) : BeginAsync(context);

    // A request that came close behind one that was just answered would run where sockets are polled, and it may be any.
    private async Task InPoolAsync(HttpContext context)
    {
        await InlineCompletions.YieldAsync();
        await BeginAsync(context);
    }

    private Task BeginAsync(HttpContext context)
    {
        var request = pool.Get();
        request.StartedAt = clock.GetTimestamp();
        request.Snapshot = snapshots.Current;
        ResolveClient(context, request);
        Identify(context, request);
        context.Features.Set(request);
        return next(context);
    }

    private void ResolveClient(HttpContext context, GatewayRequest request)
    {
        var peer = context.Connection.RemoteIpAddress ?? System.Net.IPAddress.None;
        request.PeerTrusted = proxies.Contains(peer);
        request.ClientIp = request.PeerTrusted ? proxies.ClientBehind(peer, context.Request.Headers["X-Forwarded-For"]) : peer;
        if (request.ClientIp.IsIPv4MappedToIPv6)
        {
            request.ClientIp = request.ClientIp.MapToIPv4();
        }

        request.ClientAddress = TrustedProxies.ToSubject(request.ClientIp);
    }

    private void Identify(HttpContext context, GatewayRequest request)
    {
        var record = request.Record;
        var now = clock.GetUtcNow();
        record.Id = ids.NewRequestId(now);
        record.At = now;

        // The id in text goes into the answer and the upstream request: a string that cannot be avoided.
        context.TraceIdentifier = EntityId.Format("req", record.Id);
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;

        var headers = context.Request.Headers;
        var trace = TraceContext.Accept(headers.TraceParent is [{ } parent] ? parent : null, headers.TraceState.Count == 0 ? null : headers.TraceState.ToString(), traces);
        if (Activity.Current is { } span)
        {
            // Somebody collects spans: the upstream's parent is the span that is exported.
            Span<byte> id = stackalloc byte[16];
            span.TraceId.CopyTo(id);
            record.TraceId = new Guid(id, bigEndian: true);
            span.SpanId.CopyTo(id[..8]);
            record.SpanId = BinaryPrimitives.ReadUInt64BigEndian(id);
            request.TraceParent = span.Id!;
        }
        else
        {
            record.TraceId = trace.TraceId;
            record.SpanId = trace.SpanId;
            request.TraceParent = trace.ToTraceparent();
        }

        request.TraceState = trace.State;
    }
}
