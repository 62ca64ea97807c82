using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Sessions;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Proxy.Edge;
using Microsoft.Net.Http.Headers;

namespace DataHub.Gateway.Api.Proxy.Forwarding;

/// <summary>
/// The header fields of the request to the upstream, but for Host: the caller's end-to-end fields without credentials, identity and
/// hop-by-hop fields, then the gateway's own. Every field is looked at once.
/// </summary>
internal static class UpstreamFields
{
    /// <summary>Writes the fields.</summary>
    /// <param name="http">The caller's request.</param>
    /// <param name="request">What is known of it.</param>
    /// <param name="fields">Takes them.</param>
    /// <typeparam name="T">Where they go.</typeparam>
    public static void Write<T>(HttpContext http, GatewayRequest request, T fields)
        where T : struct, IUpstreamFields
    {
        CopyCallerHeaders(http, request, fields);
        SetGatewayHeaders(http, request, fields);
    }

    private static void CopyCallerHeaders<T>(HttpContext http, GatewayRequest request, T fields)
        where T : struct, IUpstreamFields
    {
        var headers = http.Request.Headers;
        var named = ConnectionTokens.Named(headers.Connection);
        var claimHeaders = request.Route!.ClaimHeaders;
        var tokenTaken = request.Route.Tokens is { } tokens && !(tokens.Forward && request.Token is not null);
        var chunked = headers.TransferEncoding.Count > 0;
        foreach (var (name, values) in headers)
        {
            if (HeaderRules.IsDroppedFromRequest(name, request.PeerTrusted)
                || (named is not null && ConnectionTokens.Contains(named, name))
                || (chunked && name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
                || (name.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase) && (Credentials.IsGateways(values) || (tokenTaken && Credentials.IsBearer(values))))
                || (claimHeaders.Length > 0 && HeaderNameComparer.IsOneOf(name, claimHeaders)))
            {
                continue;
            }

            if (name.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase) && SessionCookies.Holds(values))
            {
                if (SessionCookies.Without(values) is { Length: > 0 } others)
                {
                    fields.Add(name, others);
                }

                continue;
            }

            fields.Add(name, values);
        }

        // "trailers" is the one value of TE that HTTP/2 allows (RFC 9113 §8.2.2); gRPC depends on it.
        if (HttpProtocol.IsHttp2(http.Request.Protocol) && headers.TE.Contains("trailers"))
        {
            fields.Add(HeaderNames.TE, "trailers");
        }
    }

    private static void SetGatewayHeaders<T>(HttpContext http, GatewayRequest request, T fields)
        where T : struct, IUpstreamFields
    {
        var incoming = http.Request;
        fields.Set("X-Request-Id", http.TraceIdentifier);
        fields.Set("traceparent", request.TraceParent);
        fields.Set(LoopMark.Field, request.LoopMark);
        if (request.TraceState is { Length: > 0 } state)
        {
            fields.Set("tracestate", state);
        }

        var peer = http.Connection.RemoteIpAddress;
        var peerText = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4().ToString() : peer?.ToString() ?? "unknown";
        fields.Set("X-Forwarded-For", request.PeerTrusted && incoming.Headers["X-Forwarded-For"] is { Count: > 0 } known ? $"{known}, {peerText}" : peerText);
        fields.Set("X-Forwarded-Proto", request.PeerTrusted && incoming.Headers["X-Forwarded-Proto"] is [{ Length: > 0 } scheme] ? scheme : incoming.Scheme);
        fields.Set("X-Forwarded-Host", request.PeerTrusted && incoming.Headers["X-Forwarded-Host"] is [{ Length: > 0 } host] ? host : incoming.Host.Value ?? "");
        if (request.Caller is { } caller)
        {
            SetIdentity(fields, caller);
        }

        // Elsewhere the upstream is the tenant's own.
        if (request.Route is { AllTenants: true })
        {
            fields.Set("X-Consumer-Tenant", EntityId.Format(new TenantId(request.Record.TenantId)));
        }

        if (request.Token is { } token)
        {
            SetIdentity(fields, token, request.Caller is not null);
        }
    }

    private static void SetIdentity<T>(T fields, TokenCaller token, bool keyed)
        where T : struct, IUpstreamFields
    {
        if (!keyed && token.Consumer is { } consumer)
        {
            fields.Set("X-Consumer-Id", consumer.IdText);
            fields.Set("X-Consumer-Name", HeaderText.Encode(consumer.Name));
        }

        foreach (var (name, value) in token.Headers)
        {
            fields.Set(name, value);
        }
    }

    private static void SetIdentity<T>(T fields, CallerRecord caller)
        where T : struct, IUpstreamFields
    {
        fields.Set("X-Consumer-Id", caller.ConsumerIdText);
        fields.Set("X-Consumer-Name", HeaderText.Encode(caller.ConsumerName));
        fields.Set("X-Key-Id", caller.KeyIdText);
    }
}
