using System.Net.Http.Headers;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Sessions;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>
/// Writes the head of the upstream request: the caller's end-to-end fields without credentials, identity and hop-by-hop fields,
/// then the gateway's own. Replaces YARP's copy, so every field is looked at once.
/// </summary>
internal sealed class UpstreamRequestTransform : RequestTransform
{
    /// <inheritdoc/>
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var http = context.HttpContext;
        var request = http.Features.Get<GatewayRequest>()!;
        CopyCallerHeaders(context, http, request);
        SetGatewayHeaders(context.ProxyRequest.Headers, http, request);
        if (request.CredentialPlace == CredentialPlace.Query)
        {
            context.Query.Collection.Remove(request.Route!.KeyQueryParameter!);
        }

        return ValueTask.CompletedTask;
    }

    private static void CopyCallerHeaders(RequestTransformContext context, HttpContext http, GatewayRequest request)
    {
        var headers = http.Request.Headers;
        var named = ConnectionTokens.Named(headers.Connection);
        var claimHeaders = request.Route!.ClaimHeaders;
        var tokenTaken = request.Route.Tokens is { } tokens && !(tokens.Forward && request.Token is not null);
        var chunked = headers.TransferEncoding.Count > 0;
        foreach (var (name, values) in headers)
        {
            if (HeaderRules.IsDroppedFromRequest(name)
                || (named is not null && ConnectionTokens.Contains(named, name))
                || (chunked && name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
                || (name.Equals(HeaderNames.Authorization, StringComparison.OrdinalIgnoreCase) && (Credentials.IsGateways(values) || (tokenTaken && Credentials.IsBearer(values))))
                || (claimHeaders.Length > 0 && HeaderNameComparer.IsOneOf(name, claimHeaders)))
            {
                continue;
            }

            if (name.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase) && SessionCookies.Holds(values))
            {
                AddCookies(context, name, SessionCookies.Without(values));
                continue;
            }

            AddHeader(context, name, values);
        }

        // "trailers" is the one value of TE that HTTP/2 allows (RFC 9113 §8.2.2); gRPC depends on it.
        if (HttpProtocol.IsHttp2(http.Request.Protocol) && headers.TE.Contains("trailers"))
        {
            AddHeader(context, HeaderNames.TE, "trailers");
        }
    }

    private static void AddCookies(RequestTransformContext context, string name, string others)
    {
        if (others.Length > 0)
        {
            AddHeader(context, name, others);
        }
    }

    private static void SetGatewayHeaders(HttpRequestHeaders headers, HttpContext http, GatewayRequest request)
    {
        var incoming = http.Request;
        Set(headers, "X-Request-Id", http.TraceIdentifier);
        Set(headers, "traceparent", request.TraceParent);
        if (request.TraceState is { Length: > 0 } state)
        {
            Set(headers, "tracestate", state);
        }

        var peer = http.Connection.RemoteIpAddress;
        var peerText = peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4().ToString() : peer?.ToString() ?? "unknown";
        Set(headers, "X-Forwarded-For", request.PeerTrusted && incoming.Headers["X-Forwarded-For"] is { Count: > 0 } known ? $"{known}, {peerText}" : peerText);
        Set(headers, "X-Forwarded-Proto", request.PeerTrusted && incoming.Headers["X-Forwarded-Proto"] is [{ Length: > 0 } scheme] ? scheme : incoming.Scheme);
        Set(headers, "X-Forwarded-Host", request.PeerTrusted && incoming.Headers["X-Forwarded-Host"] is [{ Length: > 0 } host] ? host : incoming.Host.Value ?? "");
        if (request.Caller is { } caller)
        {
            SetIdentity(headers, caller);
        }

        // Elsewhere the upstream is the tenant's own.
        if (request.Route is { AllTenants: true })
        {
            Set(headers, "X-Consumer-Tenant", EntityId.Format(new TenantId(request.Record.TenantId)));
        }

        if (request.Token is { } token)
        {
            SetIdentity(headers, token, request.Caller is not null);
        }
    }

    private static void SetIdentity(HttpRequestHeaders headers, TokenCaller token, bool keyed)
    {
        if (!keyed && token.Consumer is { } consumer)
        {
            Set(headers, "X-Consumer-Id", consumer.IdText);
            Set(headers, "X-Consumer-Name", HeaderText.Encode(consumer.Name));
        }

        foreach (var (name, value) in token.Headers)
        {
            Set(headers, name, value);
        }
    }

    private static void SetIdentity(HttpRequestHeaders headers, CallerRecord caller)
    {
        Set(headers, "X-Consumer-Id", caller.ConsumerIdText);
        Set(headers, "X-Consumer-Name", HeaderText.Encode(caller.ConsumerName));
        Set(headers, "X-Key-Id", caller.KeyIdText);
    }

    private static void Set(HttpRequestHeaders headers, string name, string value) => headers.TryAddWithoutValidation(name, value);
}

/// <summary>Text for header fields, which carry visible ASCII only.</summary>
internal static class HeaderText
{
    /// <summary>The text itself when it is visible ASCII, else its UTF-8 percent-encoded (RFC 3986 §2.1).</summary>
    /// <param name="text">Any text.</param>
    public static string Encode(string text) =>
        text.AsSpan().ContainsAnyExceptInRange(' ', '~') || text.Contains('%', StringComparison.Ordinal) ? Uri.EscapeDataString(text) : text;
}

/// <summary>Finds the gateway's keys and access tokens in header fields.</summary>
internal static class Credentials
{
    /// <summary>Whether an <c>Authorization</c> field carries a key or an access token of the gateway, which must not reach an upstream.</summary>
    /// <param name="values">The values of the field.</param>
    public static bool IsGateways(StringValues values)
    {
        foreach (var value in values)
        {
            if (TryGetBearer(value, out var token) && (IsGatewayKey(token) || AccessTokenForm.IsGateways(token)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a text begins like a key of the gateway.</summary>
    /// <param name="token">What stands behind <c>Bearer</c>.</param>
    public static bool IsGatewayKey(ReadOnlySpan<char> token) => token.StartsWith("dh_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an <c>Authorization</c> field carries any bearer token.</summary>
    /// <param name="values">The values of the field.</param>
    public static bool IsBearer(StringValues values)
    {
        foreach (var value in values)
        {
            if (TryGetBearer(value, out _))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The token of <c>Bearer</c>; the scheme's case does not matter (RFC 9110 §11.1).</summary>
    /// <param name="value">One value of <c>Authorization</c>.</param>
    /// <param name="token">The token, when true is returned.</param>
    public static bool TryGetBearer(string? value, out ReadOnlySpan<char> token)
    {
        token = default;
        if (value is null || !value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        token = value.AsSpan(7).Trim();
        return true;
    }
}
