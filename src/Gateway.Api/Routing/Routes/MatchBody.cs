using DataHub.Application.Routing.Routes;
using DataHub.Domain.Routing;
using DataHub.Domain.SharedKernel;
using Microsoft.AspNetCore.WebUtilities;

namespace DataHub.Gateway.Api.Routing.Routes;

/// <summary>A request to explain.</summary>
/// <param name="Url">Whole URL, or a path with an optional query.</param>
/// <param name="Method">Default GET.</param>
/// <param name="Host">Host name, when the URL is only a path. Default none.</param>
/// <param name="Headers">Headers by name. Default none.</param>
/// <param name="Query">Query parameters by name, added to those of the URL. Default none.</param>
internal sealed record MatchBody(
    string Url,
    string Method = "GET",
    string? Host = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    IReadOnlyDictionary<string, string>? Query = null)
{
    /// <summary>The request as far as matching looks at it.</summary>
    /// <exception cref="DomainException">The URL cannot be read.</exception>
    public RouteProbe ToProbe()
    {
        var (host, pathAndQuery) = Split();
        var mark = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? pathAndQuery : pathAndQuery[..mark];
        var query = (mark < 0 ? [] : QueryHelpers.ParseQuery(pathAndQuery[mark..]))
            .ToDictionary(q => q.Key, q => (IReadOnlyList<string>)[.. q.Value.Select(v => v ?? "")], StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Query ?? new Dictionary<string, string>())
        {
            query[name] = [.. query.GetValueOrDefault(name, []), value];
        }

        var headers = (Headers ?? new Dictionary<string, string>())
            .GroupBy(h => h.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(h => h.Value)], StringComparer.OrdinalIgnoreCase);
        EnsureHost(host);
        return new RouteProbe(Method, host, PathString.FromUriComponent(path).Value ?? "/", headers, query);
    }

    // The matcher writes the host as a request would carry it.
    private static void EnsureHost(string host)
    {
        try
        {
            new HostString(host).ToUriComponent();
        }
        catch (ArgumentException)
        {
            throw new DomainException(RoutingErrors.Invalid, "A host is a name such as api.example.com, or an address.", "/host");
        }
    }

    private (string Host, string PathAndQuery) Split()
    {
        var hash = Url.IndexOf('#', StringComparison.Ordinal);
        var url = hash < 0 ? Url : Url[..hash];
        if (url.StartsWith('/'))
        {
            return (Host ?? Headers?.FirstOrDefault(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value ?? "", url);
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? (uri.Host, uri.PathAndQuery)
            : throw new DomainException(RoutingErrors.Invalid, "Give a whole URL, such as https://api.example.com/orders/42, or a path that begins with '/'.", "/url");
    }
}
