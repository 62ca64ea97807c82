using DataHub.Application.Access.Sessions;
using DataHub.Gateway.Api.Proxy;

namespace DataHub.Gateway.Api.Access.Sessions;

/// <summary>
/// The cookies of the console. They are HttpOnly, for this host only, never sent by requests of other sites, and Secure (with the prefix
/// <c>__Secure-</c>) where the browser speaks TLS. Their path is the admin API, so that they never reach what is proxied under the same host.
/// </summary>
internal static class PersonCookies
{
    private const string SecurePrefix = "__Secure-";
    private const string Access = "datahub-access";
    private const string Refresh = "datahub-refresh";
    private const string Device = "datahub-device";
    private const string AccessPath = "/api/v1";
    private const string AuthPath = "/api/v1/auth";

    private static readonly TimeSpan DeviceLife = TimeSpan.FromDays(90);

    /// <summary>The access token; null when there is none or more than one, which a page of a sibling domain can bring about.</summary>
    /// <param name="context">The request.</param>
    public static string? ReadAccess(HttpContext context) => Read(context, Access);

    /// <summary>The refresh token; null when there is none or more than one.</summary>
    /// <param name="context">The request.</param>
    public static string? ReadRefresh(HttpContext context) => Read(context, Refresh);

    /// <summary>The token of a browser that somebody signed in with before; null when there is none.</summary>
    /// <param name="context">The request.</param>
    public static string? ReadDevice(HttpContext context) => Read(context, Device) is { Length: <= 64 } device ? device : null;

    /// <summary>Sets the tokens.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="device">The device token; null to leave what is there.</param>
    public static void Write(HttpContext context, SessionTokens tokens, string? device)
    {
        Append(context, Access, tokens.Access.Token.Reveal(), AccessPath, tokens.Access.ExpiresAt);
        Append(context, Refresh, tokens.Refresh.Reveal(), AuthPath, tokens.Session.RefreshExpiresAt);
        if (device is not null)
        {
            Append(context, Device, device, AuthPath, tokens.Session.RefreshedAt + DeviceLife);
        }
    }

    /// <summary>Takes the tokens away; the device stays known.</summary>
    /// <param name="context">The request.</param>
    public static void Clear(HttpContext context)
    {
        Append(context, Access, "", AccessPath, DateTimeOffset.UnixEpoch);
        Append(context, Refresh, "", AuthPath, DateTimeOffset.UnixEpoch);
    }

    /// <summary>Whether the browser speaks TLS, with us or with a trusted proxy in front.</summary>
    /// <param name="context">The request.</param>
    public static bool IsSecure(HttpContext context) =>
        context.Request.IsHttps
        || (context.Features.Get<GatewayRequest>() is { PeerTrusted: true } && context.Request.Headers["X-Forwarded-Proto"] is [{ } scheme]
            && scheme.Split(',')[^1].Trim().Equals("https", StringComparison.OrdinalIgnoreCase));

    /// <summary>The value of a cookie; null when there is none or more than one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">Its name without prefix.</param>
    public static string? Read(HttpContext context, string name)
    {
        var full = NameOf(context, name) + "=";
        string? found = null;
        foreach (var pair in context.Request.Headers.Cookie.SelectMany(h => (h ?? "").Split(';', StringSplitOptions.TrimEntries)))
        {
            if (pair.StartsWith(full, StringComparison.Ordinal))
            {
                if (found is not null)
                {
                    return null;
                }

                found = pair[full.Length..];
            }
        }

        return found is { Length: > 0 } ? found : null;
    }

    /// <summary>Sets a cookie.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">Its name without prefix.</param>
    /// <param name="value">Its value.</param>
    /// <param name="path">Its path.</param>
    /// <param name="expires">When the browser forgets it; the past for at once.</param>
    /// <param name="sameSite">Whether other sites' links bring it along.</param>
    public static void Append(HttpContext context, string name, string value, string path, DateTimeOffset expires, SameSiteMode sameSite = SameSiteMode.Strict) =>
        context.Response.Cookies.Append(NameOf(context, name), value, new CookieOptions
        {
            HttpOnly = true,
            Secure = IsSecure(context),
            SameSite = sameSite,
            Path = path,
            Expires = expires,
            IsEssential = true,
        });

    private static string NameOf(HttpContext context, string name) => IsSecure(context) ? SecurePrefix + name : name;
}
