using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing.Routes;

/// <summary>How a header or query parameter is compared.</summary>
public enum MatchMode
{
    /// <summary>A value is equal to one of the list.</summary>
    Exact,

    /// <summary>A value begins with one of the list.</summary>
    Prefix,

    /// <summary>A value contains one of the list.</summary>
    Contains,

    /// <summary>No value contains any of the list, or it is not there.</summary>
    NotContains,

    /// <summary>It is there, with any value.</summary>
    Exists,

    /// <summary>It is not there. Headers only.</summary>
    NotExists,
}

/// <summary>A condition on one header or one query parameter.</summary>
/// <param name="Name">Its name; case does not matter.</param>
/// <param name="Values">What it is compared with: at least one, but none for <c>exists</c> and <c>not-exists</c>. Default none.</param>
/// <param name="Mode">How. Default <c>exact</c>.</param>
/// <param name="CaseSensitive">Whether the case of values matters. Default false.</param>
public sealed record ValueMatch(string Name, IReadOnlyList<string>? Values = null, MatchMode Mode = MatchMode.Exact, bool CaseSensitive = false)
{
    /// <summary>Most conditions of one kind on a route.</summary>
    public const int MaxPerRoute = 20;

    private const int MaxValues = 50;
    private const int MaxTextLength = 500;

    private StringComparison Comparison => CaseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private bool IsPositive => Mode is MatchMode.Exact or MatchMode.Prefix or MatchMode.Contains or MatchMode.Exists;

    /// <summary>Checks the fields.</summary>
    /// <param name="pointer">Where the condition stands, such as <c>/headers/0</c>.</param>
    /// <param name="header">True for a header, false for a query parameter.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public void Check(string pointer, bool header, ICollection<DomainFault> faults)
    {
        var validName = header
            ? Name is { Length: > 0 and <= 100 } && Name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
            : Name is { Length: > 0 and <= 100 } && !Name.Any(char.IsControl);
        if (!validName)
        {
            faults.Add(new DomainFault(pointer + "/name", "invalid", header ? "A header name is needed, of the characters RFC 9110 allows." : "A parameter name of 1 to 100 characters is needed."));
        }

        if (!Enum.IsDefined(Mode) || (!header && Mode == MatchMode.NotExists))
        {
            faults.Add(new DomainFault(pointer + "/mode", "invalid", "A query parameter is matched by exact, prefix, contains, not-contains or exists."));
        }

        var values = Values ?? [];
        var needsValues = Mode is not (MatchMode.Exists or MatchMode.NotExists);
        if (needsValues == (values.Count == 0))
        {
            faults.Add(new DomainFault(pointer + "/values", "invalid", needsValues ? "This mode needs at least one value." : "This mode takes no values."));
        }

        if (values.Count > MaxValues || values.Any(v => string.IsNullOrEmpty(v) || v.Length > MaxTextLength || v.Any(char.IsControl)))
        {
            faults.Add(new DomainFault(pointer + "/values", "invalid", $"At most {MaxValues} values of 1 to {MaxTextLength} characters each, without control characters."));
        }
    }

    /// <summary>Whether a request satisfies the condition.</summary>
    /// <param name="actual">The values in the request; null when the header or parameter is absent.</param>
    /// <returns>True when it does.</returns>
    public bool IsSatisfiedBy(IReadOnlyList<string>? actual)
    {
        var present = actual is { Count: > 0 };
        return Mode switch
        {
            MatchMode.Exists => present,
            MatchMode.NotExists => !present,
            MatchMode.NotContains => !present || !actual!.Any(a => Values!.Any(v => a.Contains(v, Comparison))),
            MatchMode.Exact => present && actual!.Any(a => Values!.Any(v => a.Equals(v, Comparison))),
            MatchMode.Prefix => present && actual!.Any(a => Values!.Any(v => a.StartsWith(v, Comparison))),
            _ => present && actual!.Any(a => Values!.Any(v => a.Contains(v, Comparison))),
        };
    }

    /// <summary>Whether every request that satisfies another condition satisfies this one. May say no where the truth is yes, never the reverse.</summary>
    /// <param name="other">The other condition.</param>
    /// <returns>True when implied.</returns>
    public bool IsImpliedBy(ValueMatch other)
    {
        if (!SameName(other))
        {
            return false;
        }

        if (Mode == MatchMode.Exists)
        {
            return other.IsPositive;
        }

        if (Mode == MatchMode.NotContains && other.Mode == MatchMode.NotExists)
        {
            return true;
        }

        if (Mode != other.Mode || (CaseSensitive && !other.CaseSensitive))
        {
            return false;
        }

        return Mode switch
        {
            MatchMode.NotExists => true,
            MatchMode.NotContains => CaseSensitive == other.CaseSensitive && Values!.All(v => other.Values!.Contains(v)),
            MatchMode.Prefix => other.Values!.All(o => Values!.Any(v => o.StartsWith(v, Comparison))),
            MatchMode.Contains => other.Values!.All(o => Values!.Any(v => o.Contains(v, Comparison))),
            _ => other.Values!.All(o => Values!.Any(v => o.Equals(v, Comparison))),
        };
    }

    /// <summary>Whether no request is meant to satisfy both.</summary>
    /// <param name="other">The other condition.</param>
    /// <returns>True for other exact values of the same name, and for there against not there.</returns>
    public bool Excludes(ValueMatch other)
    {
        if (!SameName(other))
        {
            return false;
        }

        if (Mode == MatchMode.Exact && other.Mode == MatchMode.Exact)
        {
            var comparison = CaseSensitive && other.CaseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
            return !Values!.Any(v => other.Values!.Any(o => o.Equals(v, comparison)));
        }

        return (Mode == MatchMode.NotExists && other.IsPositive) || (other.Mode == MatchMode.NotExists && IsPositive);
    }

    private bool SameName(ValueMatch other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);
}
