using System.Collections.Frozen;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;
using Microsoft.AspNetCore.Routing.Matching;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>
/// Matches the hosts of routes. ASP.NET Core's own policy sends a name to an arbitrary one of two wildcards that contain each other, never
/// looks at wildcards once an exact name fits, and searches in a list; here the most specific pattern decides, with all that cover it.
/// </summary>
internal sealed class HostPolicy : MatcherPolicy, INodeBuilderPolicy
{
    private const string AnyHost = "";

    /// <inheritdoc/>
    public override int Order => -100; // Behind methods, before headers and query: where ASP.NET Core has its own.

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(e => HostsOf(e).Count > 0);

    /// <inheritdoc/>
    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) =>
        [.. endpoints.SelectMany(HostsOf).Distinct(StringComparer.OrdinalIgnoreCase).Append(AnyHost)
            .Select(pattern => new PolicyNodeEdge(pattern, [.. endpoints.Where(e => Takes(e, pattern))]))];

    /// <inheritdoc/>
    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) => new Table(exitDestination, edges);

    private static IReadOnlyList<string> HostsOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<CompiledRoute>()?.Match.Hosts ?? [];

    private static bool Takes(Endpoint endpoint, string pattern) =>
        HostsOf(endpoint) is var hosts && (hosts.Count == 0 || (pattern.Length > 0 && hosts.Any(h => HostPattern.Covers(h, pattern))));

    private sealed class Table : PolicyJumpTable
    {
        private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _exact;
        private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _suffixes; // With the leading dot.
        private readonly int _anyHost;

        public Table(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges)
        {
            var patterns = edges.Select(e => (Pattern: (string)e.State, e.Destination)).ToList();
            _exact = LookupOf(patterns.Where(p => p.Pattern.Length > 0 && !HostPattern.IsWildcard(p.Pattern)));
            _suffixes = LookupOf(patterns.Where(p => HostPattern.IsWildcard(p.Pattern)).Select(p => (p.Pattern[1..], p.Destination)));
            _anyHost = patterns.FirstOrDefault(p => p.Pattern.Length == 0, (Pattern: AnyHost, Destination: exitDestination)).Destination;
        }

        public override int GetDestination(HttpContext httpContext)
        {
            var host = WithoutPort(httpContext.Request.Host.Value);
            if (_exact.TryGetValue(host, out var destination))
            {
                return destination;
            }

            for (var dot = host.IndexOf('.'); dot >= 0; )
            {
                host = host[dot..];
                if (dot > 0 && _suffixes.TryGetValue(host, out destination))
                {
                    return destination;
                }

                var next = host[1..].IndexOf('.');
                dot = next < 0 ? -1 : next + 1;
            }

            return _anyHost;
        }

        private static ReadOnlySpan<char> WithoutPort(string? host)
        {
            var colon = host is null ? -1 : host.LastIndexOf(':');
            return colon > host.AsSpan().LastIndexOf(']') ? host.AsSpan(0, colon) : host.AsSpan();
        }

        private static FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> LookupOf(IEnumerable<(string Name, int Destination)> patterns) =>
            patterns.ToFrozenDictionary(p => p.Name, p => p.Destination, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }
}
