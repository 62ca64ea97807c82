using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Routes;

/// <summary>The rules for the fields of a route, each on its own.</summary>
internal static class RouteRules
{
    private const int MaxScopes = 50;

    public static List<DomainFault> Check(RouteDefinition route)
    {
        var faults = new List<DomainFault>();
        ResourceName.Check(route.Name, "/name", faults);
        if (route.Order is < -RouteDefinition.MaxOrder or > RouteDefinition.MaxOrder)
        {
            faults.Add(new DomainFault("/order", "out_of_range", $"order must be from -{RouteDefinition.MaxOrder} to {RouteDefinition.MaxOrder}."));
        }

        if (route.TimeoutSeconds is < 0.01 or > 86_400 or double.NaN)
        {
            faults.Add(new DomainFault("/timeoutSeconds", "out_of_range", "timeoutSeconds must be from 0.01 to 86400."));
        }

        CheckPaths(route, faults);
        CheckHostsAndMethods(route, faults);
        CheckMatches(route.Headers ?? [], "/headers", true, faults);
        CheckMatches(route.Query ?? [], "/query", false, faults);
        CheckAccess(route, faults);
        ResourceMetadata.Check(route.Metadata, faults);
        return faults;
    }

    private static void CheckPaths(RouteDefinition route, List<DomainFault> faults)
    {
        var mistakes = new List<string>();
        var template = PathTemplate.Parse(route.Path, mistakes);
        faults.AddRange(mistakes.Select(m => new DomainFault("/path", "invalid_path", m)));
        if (route.StripPrefix is { Length: > 0 } prefix && !IsPlainPrefix(prefix))
        {
            faults.Add(new DomainFault("/stripPrefix", "invalid_path", "stripPrefix begins with '/', does not end with one, and has no parameters; such as /v1. Empty strips nothing."));
        }

        if (route.PathRewrite is not { } rewrite)
        {
            return;
        }

        if (route.StripPrefix is { Length: > 0 })
        {
            faults.Add(new DomainFault("/pathRewrite", "exclusive", "pathRewrite sets the whole path; leave out stripPrefix."));
        }

        mistakes.Clear();
        var target = PathTemplate.Parse(rewrite, mistakes);
        faults.AddRange(mistakes.Select(m => new DomainFault("/pathRewrite", "invalid_path", m)));
        if (target is not null && template is not null)
        {
            CheckRewrite(template, target, faults);
        }
    }

    private static void CheckRewrite(PathTemplate template, PathTemplate target, List<DomainFault> faults)
    {
        foreach (var segment in target.Segments.Where(s => s.Kind != SegmentKind.Literal))
        {
            var source = template.Segments.FirstOrDefault(s => s.Kind != SegmentKind.Literal && string.Equals(s.Text, segment.Text, StringComparison.OrdinalIgnoreCase));
            if (source.Text is null)
            {
                faults.Add(new DomainFault("/pathRewrite", "unknown_parameter", $"The path has no parameter '{segment.Text}'."));
            }
            else if (source.Kind != segment.Kind)
            {
                faults.Add(new DomainFault("/pathRewrite", "invalid_path", $"Write the parameter '{segment.Text}' as in the path: {(source.Kind == SegmentKind.CatchAll ? "{**" : "{")}{segment.Text}}}."));
            }
            else if (segment.Constraint is not null)
            {
                faults.Add(new DomainFault("/pathRewrite", "invalid_path", $"Leave out the constraint of '{segment.Text}'; the path checks it."));
            }
        }
    }

    private static void CheckHostsAndMethods(RouteDefinition route, List<DomainFault> faults)
    {
        var hosts = route.Hosts ?? [];
        if (hosts.Count > HostPattern.MaxHosts)
        {
            faults.Add(new DomainFault("/hosts", "too_many", $"A route has at most {HostPattern.MaxHosts} hosts."));
        }

        for (var i = 0; i < hosts.Count; i++)
        {
            if (HostPattern.MistakeIn(hosts[i]) is { } mistake)
            {
                faults.Add(new DomainFault($"/hosts/{i}", "invalid_host", mistake));
            }
        }

        var methods = route.Methods ?? [];
        for (var i = 0; i < methods.Count; i++)
        {
            if (methods[i] is not { Length: > 0 and <= 20 } method || !method.All(c => char.IsAsciiLetter(c) || c == '-'))
            {
                faults.Add(new DomainFault($"/methods/{i}", "invalid", "A method is a word such as GET or POST."));
            }
            else if (method.ToUpperInvariant() is "TRACE" or "CONNECT")
            {
                faults.Add(new DomainFault($"/methods/{i}", "invalid", "TRACE and CONNECT are never forwarded."));
            }
            else if (methods.Take(i).Contains(method, StringComparer.OrdinalIgnoreCase))
            {
                faults.Add(new DomainFault($"/methods/{i}", "duplicate", $"{method.ToUpperInvariant()} stands twice."));
            }
        }
    }

    private static void CheckMatches(IReadOnlyList<ValueMatch> matches, string pointer, bool header, List<DomainFault> faults)
    {
        if (matches.Count > ValueMatch.MaxPerRoute)
        {
            faults.Add(new DomainFault(pointer, "too_many", $"A route has at most {ValueMatch.MaxPerRoute} such conditions."));
        }

        for (var i = 0; i < matches.Count; i++)
        {
            if (matches[i] is { } match)
            {
                match.Check($"{pointer}/{i}", header, faults);
            }
            else
            {
                faults.Add(new DomainFault($"{pointer}/{i}", "required", "A condition must not be null."));
            }
        }
    }

    private static void CheckAccess(RouteDefinition route, List<DomainFault> faults)
    {
        var auth = route.Auth ?? new RouteAuth();
        RouteAuthRules.Check(auth, faults);
        var scopes = route.RequiredScopes ?? [];
        if (scopes.Count > MaxScopes || (scopes.Count > 0 && auth.Mode == RouteAuthMode.None))
        {
            faults.Add(new DomainFault("/requiredScopes", "invalid", scopes.Count > MaxScopes ? $"A route has at most {MaxScopes} scopes." : "A route with auth mode 'none' has no caller whose scopes could be checked."));
        }

        for (var i = 0; i < scopes.Count; i++)
        {
            if (!IsScope(scopes[i]))
            {
                faults.Add(new DomainFault($"/requiredScopes/{i}", "invalid_scope", "A required scope is resource:action in lower case, such as orders:read, without '*'."));
            }
        }
    }

    private static bool IsScope(string? scope) =>
        scope is { Length: <= 100 } && scope.Split(':') is { Length: >= 2 } parts
        && parts.All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'));

    private static bool IsPlainPrefix(string prefix) =>
        prefix is ['/', _, ..] && prefix[^1] != '/' && prefix.Length <= PathTemplate.MaxLength
        && PathTemplate.Parse(prefix, []) is { } template && template.Segments.All(s => s.Kind == SegmentKind.Literal);
}
