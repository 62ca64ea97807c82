using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Errors;

namespace DataHub.Gateway.Api.Access.Sessions;

/// <summary>
/// Keeps other sites from using a person's cookies. A request that changes something must carry a header that a page can only add to requests of its
/// own origin (another origin would have to ask first, and is never allowed to), and must not be said by the browser to come from elsewhere:
/// <c>Sec-Fetch-Site</c> where the browser sends it, else <c>Origin</c>. There is no token that could leak or be set from a sibling domain.
/// </summary>
internal static class BrowserGuard
{
    /// <summary>The header that pages of the console send.</summary>
    public const string Header = "X-DataHub-Console";

    private const string Expected = "1";

    /// <summary>Why a request that relies on cookies is refused; null when it is let through.</summary>
    /// <param name="request">The request.</param>
    public static Problem? Refusal(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return null;
        }

        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site)
        {
            if (site is not ["same-origin"])
            {
                return Problem($"The browser says that this request comes from elsewhere (Sec-Fetch-Site: {(site is ["same-site" or "cross-site" or "none"] ? site[0] : "?")}).");
            }
        }
        else if (request.Headers.Origin is { Count: > 0 } origin && !IsOwn(origin, request.Host))
        {
            return Problem("The browser says that this request comes from another origin.");
        }

        return request.Headers[Header] is [Expected] ? null : Problem($"Requests that rely on cookies send the header {Header}: {Expected}; programs use a bearer token.");
    }

    // The scheme is left out: behind a proxy that ends TLS it is not ours.
    private static bool IsOwn(Microsoft.Extensions.Primitives.StringValues origin, HostString host) =>
        origin is [{ } text] && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Authority.Equals(new UriBuilder(uri.Scheme, host.Host, host.Port ?? -1).Uri.Authority, StringComparison.OrdinalIgnoreCase);

    private static Problem Problem(string detail) => new(ErrorCodes.CsrfRefused, detail);
}
