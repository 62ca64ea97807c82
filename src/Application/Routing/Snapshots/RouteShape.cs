using System.Globalization;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Snapshots;

/// <summary>
/// A route with its whole path, as the matcher sees it, and its place in the order of routes: those that name hosts first; then
/// lower <c>order</c>; then the more specific path; then exact hosts before wildcards; then those that name methods; then more
/// header conditions; then more query conditions.
/// </summary>
public sealed class RouteShape
{
    private readonly int _hostSpecificity;

    private RouteShape(RouteDocument document, ApiDefinition api, PathTemplate template)
    {
        (Document, Api, Template) = (document, api, template);
        var definition = document.Definition;
        Hosts = definition.Hosts ?? [];
        Methods = definition.Methods ?? [];
        Headers = definition.Headers ?? [];
        Query = definition.Query ?? [];

        // The least specific host counts: names without wildcard before all, then longer suffixes before shorter.
        _hostSpecificity = Hosts.Count == 0 ? 0 : Hosts.Min(h => HostPattern.IsWildcard(h) ? h.Length : int.MaxValue);
    }

    /// <summary>The route.</summary>
    public RouteDocument Document { get; }

    /// <summary>Its API.</summary>
    public ApiDefinition Api { get; }

    /// <summary>The whole path.</summary>
    public PathTemplate Template { get; }

    /// <summary>Host patterns; empty for every host.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>Methods; empty for every one.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Conditions on headers.</summary>
    public IReadOnlyList<ValueMatch> Headers { get; }

    /// <summary>Conditions on query parameters.</summary>
    public IReadOnlyList<ValueMatch> Query { get; }

    /// <summary>True when both the route and its API are switched on.</summary>
    public bool Enabled => Document.Definition.Enabled && Api.Enabled;

    /// <summary>How the route is named in messages.</summary>
    public string Label => $"'{Document.Definition.Name}' of API '{Api.Slug}' ({Document.Id})";

    /// <summary>Puts a route under its API.</summary>
    /// <param name="document">The route.</param>
    /// <param name="api">Its API.</param>
    /// <returns>The shape; null when the paths are not valid, which the definitions' own checks report.</returns>
    public static RouteShape? Of(RouteDocument document, ApiDefinition api) =>
        PathTemplate.Parse(WholePath(api.EffectiveBasePath(), document.Definition.Path), []) is { } template ? new RouteShape(document, api, template) : null;

    /// <summary>The path of a route below a base path.</summary>
    /// <param name="basePath">The API's base path.</param>
    /// <param name="path">The route's path.</param>
    /// <returns>The whole path.</returns>
    public static string WholePath(string basePath, string path) =>
        basePath == "/" ? path : path == "/" ? basePath : basePath + path;

    /// <summary>Compares places in the order of routes; 0 when nothing tells them apart.</summary>
    /// <param name="other">The other route.</param>
    /// <returns>Negative when this one is tried first.</returns>
    public int CompareTo(RouteShape other) => Reasons(other).Select(r => r.Comparison).FirstOrDefault(c => c != 0);

    /// <summary>Says why this route is tried before another.</summary>
    /// <param name="other">A route that comes later.</param>
    /// <returns>A clause such as <c>its order 0 is lower than 10</c>.</returns>
    public string WhyBefore(RouteShape other) =>
        Reasons(other).FirstOrDefault(r => r.Comparison != 0).Reason ?? "both take the same requests and it is the older one";

    /// <summary>Whether every request that another route takes fits this one too.</summary>
    /// <param name="other">The other route.</param>
    /// <returns>True when it leaves nothing to the other.</returns>
    public bool Covers(RouteShape other) =>
        Template.Covers(other.Template)
        && (Hosts.Count == 0 || (other.Hosts.Count > 0 && other.Hosts.All(o => Hosts.Any(h => HostPattern.Covers(h, o)))))
        && (Methods.Count == 0 || (other.Methods.Count > 0 && other.Methods.All(Methods.Contains)))
        && Headers.All(h => other.Headers.Any(h.IsImpliedBy))
        && Query.All(q => other.Query.Any(q.IsImpliedBy));

    /// <summary>Whether some request fits both.</summary>
    /// <param name="other">The other route.</param>
    /// <returns>True when they share a request.</returns>
    public bool Overlaps(RouteShape other) =>
        Template.Overlaps(other.Template)
        && (Hosts.Count == 0 || other.Hosts.Count == 0 || Hosts.Any(h => other.Hosts.Any(o => HostPattern.Covers(h, o) || HostPattern.Covers(o, h))))
        && (Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods).Any())
        && !Headers.Any(h => other.Headers.Any(h.Excludes))
        && !Query.Any(q => other.Query.Any(q.Excludes));

    private IEnumerable<(int Comparison, string Reason)> Reasons(RouteShape other)
    {
        yield return ((Hosts.Count == 0).CompareTo(other.Hosts.Count == 0), "it names its hosts");
        var order = Document.Definition.Order;
        yield return (order.CompareTo(other.Document.Definition.Order), string.Create(CultureInfo.InvariantCulture, $"its order {order} is lower than {other.Document.Definition.Order}"));
        yield return (Template.ComparePrecedence(other.Template), $"its path {Template} is more specific than {other.Template}");
        yield return (other._hostSpecificity.CompareTo(_hostSpecificity), "its hosts are more specific");
        yield return ((Methods.Count == 0).CompareTo(other.Methods.Count == 0), "it names its methods");
        yield return (other.Headers.Count.CompareTo(Headers.Count), "it has more header conditions");
        yield return (other.Query.Count.CompareTo(Query.Count), "it has more query conditions");
    }
}
