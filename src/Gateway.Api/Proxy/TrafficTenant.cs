using DataHub.Application.Routing.Contracts;
using DataHub.Domain.SharedKernel;

namespace DataHub.Gateway.Api.Proxy;

/// <summary>
/// Which tenant a request belongs to. A route of a tenant decides by itself. A route of the default tenant that is open to all tenants takes
/// the tenant whose host was called, else the one that a trusted proxy names in a header, else the tenant of the key.
/// </summary>
internal static class TrafficTenant
{
    // Nobody is of it: a proxy that names what is not there must not open the tenant of whoever calls.
    private static readonly TenantId Unknown = new(Guid.AllBitsSet);

    /// <summary>The tenant that a request is recorded for as long as nothing is known of its caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">What is known of it.</param>
    /// <param name="route">The matched route.</param>
    public static TenantId Recorded(HttpContext context, GatewayRequest request, CompiledRoute route) =>
        Expected(context, request, route) is { } expected && expected != Unknown ? expected : route.TenantId;

    /// <summary>The tenant that the request must belong to, whatever the caller presents.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">What is known of it.</param>
    /// <param name="route">The matched route.</param>
    /// <returns>Null when the caller decides.</returns>
    public static TenantId? Expected(HttpContext context, GatewayRequest request, CompiledRoute route)
    {
        if (!route.AllTenants)
        {
            return route.TenantId;
        }

        var hosts = request.Snapshot.TenantHosts;
        if (!hosts.IsEmpty && hosts.OwnerOf(context.Request.Host.Host) is { } owner)
        {
            return owner;
        }

        // From others than a trusted proxy the header is a claim that nobody checked.
        if (!request.PeerTrusted || context.Request.Headers[Admin.AdminAuthentication.TenantHeader] is not { Count: > 0 } header)
        {
            return null;
        }

        return header is [{ } named] && EntityId.TryParse<TenantId>(named, out var tenant) && request.Snapshot.Tenants.Contains(tenant) ? tenant : Unknown;
    }

    /// <summary>Whether a key of a tenant is good for the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="request">What is known of it; its route is matched.</param>
    /// <param name="tenant">The tenant of the key.</param>
    public static bool Admits(HttpContext context, GatewayRequest request, TenantId tenant) =>
        Expected(context, request, request.Route!) is not { } expected || expected == tenant;
}
