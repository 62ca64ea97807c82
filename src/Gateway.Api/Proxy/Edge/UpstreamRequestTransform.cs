using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Sessions;
using DataHub.Gateway.Api.Proxy.Forwarding;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Transforms;

namespace DataHub.Gateway.Api.Proxy.Edge;

/// <summary>Gives YARP's client the head of the upstream request as <see cref="UpstreamFields"/> says. Replaces YARP's copy.</summary>
internal sealed class UpstreamRequestTransform : RequestTransform
{
    /// <inheritdoc/>
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var http = context.HttpContext;
        var request = http.Features.Get<GatewayRequest>()!;
        UpstreamFields.Write(http, request, new MessageFields(context));
        if (request.Route is { KeyQueryParameter: { } parameter } && http.Request.Query.ContainsKey(parameter))
        {
            context.Query.Collection.Remove(parameter);
        }

        return ValueTask.CompletedTask;
    }

    private readonly struct MessageFields(RequestTransformContext context) : IUpstreamFields
    {
        public void Add(string name, StringValues values) => AddHeader(context, name, values);

        public void Set(string name, string value) => context.ProxyRequest.Headers.TryAddWithoutValidation(name, value);
    }
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
