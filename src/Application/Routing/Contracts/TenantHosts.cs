using System.Collections.Frozen;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Contracts;

/// <summary>The hosts that tenants have for themselves. Immutable.</summary>
public sealed class TenantHosts
{
    /// <summary>No tenant has a host.</summary>
    public static readonly TenantHosts None = new([]);

    private readonly FrozenDictionary<string, TenantId> _exact;
    private readonly (string Pattern, TenantId Tenant)[] _wildcards;

    /// <summary>Compiles the hosts.</summary>
    /// <param name="tenants">The tenants; no host is claimed twice.</param>
    public TenantHosts(IReadOnlyList<TenantDocument> tenants)
    {
        var claims = tenants.SelectMany(t => t.Hosts.Select(h => (Pattern: h, Tenant: t.Id))).ToList();
        _exact = claims.Where(c => !HostPattern.IsWildcard(c.Pattern)).ToFrozenDictionary(c => c.Pattern, c => c.Tenant, StringComparer.OrdinalIgnoreCase);
        _wildcards = [.. claims.Where(c => HostPattern.IsWildcard(c.Pattern))];
        IsEmpty = claims.Count == 0;
    }

    /// <summary>True when no tenant has a host.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whose a host is.</summary>
    /// <param name="host">A name without port, or the pattern of a route.</param>
    /// <returns>Null when it is nobody's.</returns>
    public TenantId? OwnerOf(string host)
    {
        if (_exact.TryGetValue(host, out var tenant))
        {
            return tenant;
        }

        foreach (var (pattern, owner) in _wildcards)
        {
            if (HostPattern.Covers(pattern, host))
            {
                return owner;
            }
        }

        return null;
    }

    /// <summary>Whether another tenant has a host that a pattern would take too.</summary>
    /// <param name="pattern">The pattern of a route.</param>
    /// <param name="tenant">The tenant whose route it is.</param>
    public bool ReachesInto(string pattern, TenantId tenant) =>
        _wildcards.Any(w => w.Tenant != tenant && (HostPattern.Covers(w.Pattern, pattern) || HostPattern.Covers(pattern, w.Pattern)))
        || _exact.Any(e => e.Value != tenant && HostPattern.Covers(pattern, e.Key));
}
