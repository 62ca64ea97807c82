using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Snapshots;

/// <summary>A mistake in the configuration as a whole.</summary>
/// <param name="Resource">The printed id of the resource that is wrong.</param>
/// <param name="OtherResource">The printed id of the resource that it clashes with; null for none.</param>
/// <param name="Pointer">RFC 6901 pointer into the body of the resource.</param>
/// <param name="Code">What is wrong, in snake_case.</param>
/// <param name="Message">What is wrong and what would mend it.</param>
public sealed record ConfigFault(string Resource, string? OtherResource, string Pointer, string Code, string Message);

/// <summary>The rules that hold over the whole configuration: fields, references, names, reserved paths, conflicts of routes.</summary>
internal static class ConfigurationRules
{
    /// <summary>Paths that the gateway answers itself on every host that no route names.</summary>
    public static readonly IReadOnlyList<string> ReservedSegments = ["api", "console", "health", "metrics", "openapi", "docs", "alive"];

    /// <summary>Checks everything.</summary>
    /// <param name="document">The configuration.</param>
    /// <param name="shapes">The routes that have a valid path, in the order in which they are tried.</param>
    /// <returns>Every mistake; empty when the configuration can be served.</returns>
    public static List<ConfigFault> Check(RoutingDocument document, IReadOnlyList<RouteShape> shapes)
    {
        var faults = new List<ConfigFault>();
        CheckFields(document, faults);
        CheckNames(document, faults);
        CheckReferences(document, faults);
        CheckReserved(shapes, faults);
        RouteShape[] served = [.. shapes.Where(s => s.Enabled)];
        CheckConflicts(served, faults);
        CheckBranches(served, faults);
        TenantRules.Check(document, shapes, faults);
        return faults;
    }

    private static void CheckFields(RoutingDocument document, List<ConfigFault> faults)
    {
        foreach (var upstream in document.Upstreams)
        {
            faults.AddRange(upstream.Definition.Check().Select(f => Of(upstream.Id.ToString(), f)));
        }

        foreach (var api in document.Apis)
        {
            faults.AddRange(api.Definition.Check().Select(f => Of(api.Id.ToString(), f)));
        }

        foreach (var route in document.Routes)
        {
            faults.AddRange(route.Definition.Check().Select(f => Of(route.Id.ToString(), f)));
        }

        foreach (var tier in document.Tiers.Where(t => t.Limits.Count > RateLimitEvaluation.MaxLimits))
        {
            faults.Add(new ConfigFault(tier.Id, null, "/limits", "too_many", $"A tier has at most {RateLimitEvaluation.MaxLimits} limits."));
        }
    }

    private static void CheckNames(RoutingDocument document, List<ConfigFault> faults)
    {
        foreach (var upstreams in document.Upstreams.GroupBy(u => u.TenantId))
        {
            Repeated(upstreams.Select(u => (u.Id.ToString(), u.Definition.Name)), "/name", "upstream", faults);
        }

        CheckSlugs(document, faults);
        foreach (var routes in document.Routes.GroupBy(r => r.ApiId))
        {
            Repeated(routes.Select(r => (r.Id.ToString(), r.Definition.Name)), "/name", "route of the API", faults);
        }
    }

    // Over all tenants, because they stand in the paths that callers use.
    private static void CheckSlugs(RoutingDocument document, List<ConfigFault> faults)
    {
        foreach (var same in document.Apis.GroupBy(a => a.Definition.Slug ?? "", StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            var first = same.First();
            faults.AddRange(same.Skip(1).Select(a => new ConfigFault(a.Id.ToString(), first.Id.ToString(), "/slug", ErrorCodes.NameTaken,
                a.TenantId == first.TenantId
                    ? $"Another API is named '{first.Definition.Slug}' already ({first.Id}); choose another name."
                    : $"The slug '{first.Definition.Slug}' is taken; slugs are unique over all tenants, because they stand in paths.")));
        }
    }

    private static void Repeated(IEnumerable<(string Id, string Name)> resources, string pointer, string kind, List<ConfigFault> faults)
    {
        foreach (var same in resources.GroupBy(r => r.Name ?? "", StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            var first = same.First();
            faults.AddRange(same.Skip(1).Select(r => new ConfigFault(r.Id, first.Id, pointer, ErrorCodes.NameTaken, $"Another {kind} is named '{first.Name}' already ({first.Id}); choose another name.")));
        }
    }

    private static void CheckReferences(RoutingDocument document, List<ConfigFault> faults)
    {
        // What belongs to another tenant does not exist.
        var apis = document.Apis.Select(a => (a.Id, a.TenantId)).ToHashSet();
        var upstreams = document.Upstreams.Select(u => (u.Id, u.TenantId)).ToHashSet();
        var tiers = document.Tiers.ToDictionary(t => t.Id, StringComparer.Ordinal);
        var issuers = document.Issuers.Select(i => (i.Id.ToString(), i.TenantId)).ToHashSet();
        foreach (var holder in document.Routes)
        {
            var ((id, apiId, route), tenant) = (holder, holder.TenantId);
            if (!apis.Contains((apiId, tenant)))
            {
                faults.Add(new ConfigFault(id.ToString(), null, "/apiId", "unknown_reference", $"There is no API {apiId}."));
            }

            if (!upstreams.Contains((route.UpstreamId, tenant)))
            {
                faults.Add(new ConfigFault(id.ToString(), null, "/upstreamId", "unknown_reference", $"There is no upstream {route.UpstreamId}."));
            }

            if (route.TierId is { } tier && !(tiers.TryGetValue(tier.ToString(), out var found) && found.IsFor(tenant)))
            {
                faults.Add(new ConfigFault(id.ToString(), null, "/tierId", "unknown_reference", $"There is no rate-limit tier {tier}."));
            }

            var accepted = route.Auth?.Issuers ?? [];
            for (var i = 0; i < accepted.Count; i++)
            {
                if (!issuers.Contains((accepted[i], tenant)))
                {
                    faults.Add(new ConfigFault(id.ToString(), null, $"/auth/issuers/{i}", "unknown_reference", $"There is no issuer {accepted[i]}."));
                }
            }
        }
    }

    private static void CheckReserved(IEnumerable<RouteShape> shapes, List<ConfigFault> faults)
    {
        foreach (var shape in shapes.Where(s => s.Hosts.Count == 0 && s.Template.Segments is [{ Kind: SegmentKind.Literal } first, ..]
            && ReservedSegments.Contains(first.Text, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add(new ConfigFault(shape.Document.Id.ToString(), null, "/path", "reserved_path", $"The gateway answers /{shape.Template.Segments[0].Text} itself; name the route's hosts, or choose another path than {shape.Template}."));
        }
    }

    private static void CheckBranches(RouteShape[] served, List<ConfigFault> faults)
    {
        if (MatchTree.TooLarge(served) is { } branch && branch.MaxBy(r => r.Template.Segments.Count) is { } route)
        {
            faults.Add(new ConfigFault(
                route.Document.Id.ToString(), null, "/path", "too_many_branches",
                $"The path {route.Template} and others have text and parameters at each other's places, so that the ways through them multiply beyond what can be matched. Begin them with a text of their own, or use fewer parameters."));
        }
    }

    private static void CheckConflicts(RouteShape[] ordered, List<ConfigFault> faults)
    {
        for (var later = 1; later < ordered.Length; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (ConflictBetween(ordered[earlier], ordered[later]) is { } message)
                {
                    faults.Add(new ConfigFault(ordered[later].Document.Id.ToString(), ordered[earlier].Document.Id.ToString(), "/path", ErrorCodes.RouteConflict, message));
                    break;
                }
            }
        }
    }

    private static string? ConflictBetween(RouteShape earlier, RouteShape later)
    {
        if (TenantRules.AreStrangers(earlier, later))
        {
            // TenantRules forbids more than this; what is left to say is where one would take everything from the other.
            return earlier.Covers(later) ? TenantRules.TakenByAnother : null;
        }

        var tied = earlier.CompareTo(later) == 0;
        if (earlier.Covers(later))
        {
            return tied && later.Covers(earlier)
                ? $"Route {later.Label} is a duplicate of route {earlier.Label}: both take {earlier.Template} under the same conditions. Change one, or disable it."
                : $"Route {later.Label} would never take a request: route {earlier.Label} with {earlier.Template} takes all of them first, because {earlier.WhyBefore(later)}. Give it a lower order, or narrow the other.";
        }

        return tied && earlier.Overlaps(later)
            ? $"Routes {later.Label} and {earlier.Label} share some requests and nothing says which comes first. Give one of them a lower order."
            : null;
    }

    private static ConfigFault Of(string id, DomainFault fault) => new(id, null, fault.Pointer, fault.Code, fault.Message);
}
