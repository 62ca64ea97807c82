using DataHub.Application.Routing.Snapshots;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Routing.Routes;

/// <summary>A condition of a route that a request does not meet.</summary>
/// <param name="What"><c>enabled</c>, <c>path</c>, <c>host</c>, <c>method</c>, <c>header</c> or <c>query</c>.</param>
/// <param name="Message">What was wanted and what came.</param>
public sealed record FailedCondition(string What, string Message);

/// <summary>Says which conditions of a route a request meets.</summary>
internal static class RouteExplanation
{
    /// <summary>The conditions that fail; empty when the route fits.</summary>
    public static List<FailedCondition> FailuresOf(RouteShape shape, RouteProbe probe)
    {
        var failures = new List<FailedCondition>();
        if (!shape.Enabled)
        {
            failures.Add(new FailedCondition("enabled", shape.Api.Enabled ? "The route is disabled." : $"Its API '{shape.Api.Slug}' is disabled."));
        }

        if (!shape.Template.Matches(probe.Path))
        {
            failures.Add(new FailedCondition("path", $"The path {probe.Path} does not fit {shape.Template}."));
        }

        if (shape.Hosts.Count > 0 && !shape.Hosts.Any(h => HostPattern.Covers(h, probe.Host)))
        {
            failures.Add(new FailedCondition("host", $"The host must be {OneOf(shape.Hosts)}; it is {Shown(probe.Host)}."));
        }

        if (shape.Methods.Count > 0 && !shape.Methods.Contains(probe.Method, StringComparer.OrdinalIgnoreCase))
        {
            failures.Add(new FailedCondition("method", $"The method must be {OneOf(shape.Methods)}; it is {probe.Method}."));
        }

        failures.AddRange(shape.Headers.Where(h => !h.IsSatisfiedBy(probe.Headers.GetValueOrDefault(h.Name))).Select(h => new FailedCondition("header", $"The header {Describe(h)}.")));
        failures.AddRange(shape.Query.Where(q => !q.IsSatisfiedBy(probe.Query.GetValueOrDefault(q.Name))).Select(q => new FailedCondition("query", $"The query parameter {Describe(q)}.")));
        return failures;
    }

    /// <summary>How far a route is from taking a request; 0 is nearest.</summary>
    public static int DistanceOf(RouteShape shape, RouteProbe probe, IReadOnlyList<FailedCondition> failures)
    {
        // A path that does not fit weighs more than all else together; of those, the longest common beginning is nearest.
        var path = failures.Any(f => f.What == "path") ? 10_000 - (100 * shape.Template.MatchingSegments(probe.Path)) : 0;
        return path + failures.Count;
    }

    private static string Describe(ValueMatch match)
    {
        var values = OneOf(match.Values ?? []);
        return match.Mode switch
        {
            MatchMode.Exact => $"{match.Name} must be {values}",
            MatchMode.Prefix => $"{match.Name} must begin with {values}",
            MatchMode.Contains => $"{match.Name} must contain {values}",
            MatchMode.NotContains => $"{match.Name} must not contain {values}",
            MatchMode.Exists => $"{match.Name} must be there",
            _ => $"{match.Name} must not be there",
        };
    }

    private static string OneOf(IReadOnlyList<string> values) => string.Join(" or ", values);

    private static string Shown(string host) => host.Length == 0 ? "missing" : host;
}
