using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Snapshots;

/// <summary>
/// The rules between tenants, which share one URL space: references stay within a tenant; a tenant's routes stand under the paths of its own
/// slugs or on hosts of its own; nobody takes requests that another tenant's routes take. Messages name nothing of another tenant.
/// </summary>
internal static class TenantRules
{
    /// <summary>The sentence for a path or host that another tenant's route takes.</summary>
    public const string TakenByAnother = "A route of another tenant takes requests of this path already; choose another path, or a host of your own.";

    /// <summary>Checks everything.</summary>
    /// <param name="document">The configuration.</param>
    /// <param name="shapes">The routes that have a valid path, in the order in which they are tried.</param>
    /// <param name="faults">Takes the mistakes.</param>
    public static void Check(RoutingDocument document, IReadOnlyList<RouteShape> shapes, List<ConfigFault> faults)
    {
        var hosts = new TenantHosts(document.Tenants);
        foreach (var shape in shapes)
        {
            CheckPlace(shape, hosts, faults);
        }

        CheckEncounters([.. shapes.Where(s => s.Enabled)], hosts, faults);
    }

    /// <summary>Whether two routes of different tenants meet, so that a conflict between them must not be described.</summary>
    /// <param name="one">A route.</param>
    /// <param name="other">Another one.</param>
    public static bool AreStrangers(RouteShape one, RouteShape other) => one.Document.TenantId != other.Document.TenantId;

    private static void CheckPlace(RouteShape shape, TenantHosts hosts, List<ConfigFault> faults)
    {
        var (tenant, id) = (shape.Document.TenantId, shape.Document.Id.ToString());
        if (shape.Document.Definition.Auth is { AllTenants: true } && tenant != TenantId.Default)
        {
            faults.Add(new ConfigFault(id, null, "/auth/allTenants", "invalid", "Only routes of the default tenant can be open to the callers of all tenants."));
        }

        for (var i = 0; i < shape.Hosts.Count; i++)
        {
            // The default tenant takes what is nobody's; another one what was given to it.
            if (tenant == TenantId.Default ? hosts.ReachesInto(shape.Hosts[i], tenant) : hosts.OwnerOf(shape.Hosts[i]) != tenant)
            {
                faults.Add(new ConfigFault(id, null, $"/hosts/{i}", "foreign_host", $"'{shape.Hosts[i]}' is not a host of this tenant; a global administrator gives hosts to tenants."));
            }
        }

        if (tenant != TenantId.Default && shape.Hosts.Count == 0 && !IsUnderOwnSlug(shape))
        {
            faults.Add(new ConfigFault(id, shape.Document.ApiId.ToString(), "/path", "foreign_path",
                $"Routes of a tenant stand under /gateway/{shape.Api.Slug}, or name hosts of the tenant; leave out the API's base path."));
        }
    }

    // Slugs are unique over all tenants, so that what stands under one cannot stand under another.
    private static bool IsUnderOwnSlug(RouteShape shape) =>
        shape.Template.Segments is [{ Kind: SegmentKind.Literal } first, { Kind: SegmentKind.Literal } second, ..]
        && first.Text == "gateway" && second.Text == shape.Api.Slug;

    private static void CheckEncounters(RouteShape[] ordered, TenantHosts hosts, List<ConfigFault> faults)
    {
        for (var later = 1; later < ordered.Length; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (AreStrangers(ordered[earlier], ordered[later]) && ordered[earlier].Overlaps(ordered[later]) && !MayGoFirst(ordered[earlier], ordered[later], hosts))
                {
                    faults.Add(new ConfigFault(ordered[later].Document.Id.ToString(), ordered[earlier].Document.Id.ToString(), "/path", ErrorCodes.RouteConflict, TakenByAnother));
                    break;
                }
            }
        }
    }

    // On hosts of its own a tenant's routes go before those that take any host; and a route for whatever is left leaves the rest to others.
    private static bool MayGoFirst(RouteShape earlier, RouteShape later, TenantHosts hosts) =>
        (earlier.Hosts.Count > 0 && earlier.Hosts.All(h => hosts.OwnerOf(h) == earlier.Document.TenantId))
        || later.Template.Segments is not [{ Kind: SegmentKind.Literal }, ..];
}
