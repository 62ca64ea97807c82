namespace DataHub.Domain.SharedKernel;

/// <summary>A host that a route answers to: exact, or <c>*.</c> and a suffix for every name below it.</summary>
public static class HostPattern
{
    /// <summary>Most hosts of a route.</summary>
    public const int MaxHosts = 50;

    private const int MaxLength = 253;

    /// <summary>Whether the pattern is a wildcard.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <returns>True for <c>*.example.com</c>.</returns>
    public static bool IsWildcard(string pattern) => pattern.StartsWith("*.", StringComparison.Ordinal);

    /// <summary>What is wrong with a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <returns>A sentence, or null.</returns>
    public static string? MistakeIn(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern))
        {
            return "A host must not be empty.";
        }

        if (pattern.Contains(':', StringComparison.Ordinal) || pattern.Contains('/', StringComparison.Ordinal))
        {
            return $"'{pattern}' must be a host name alone, without scheme, port or path; such as api.example.com or *.example.com.";
        }

        var name = IsWildcard(pattern) ? pattern[2..] : pattern;
        return name.Length <= MaxLength && name.Split('.').All(IsLabel)
            ? null
            : $"'{pattern}' is not a host name; such as api.example.com, or *.example.com for every name below it. Write other scripts in Punycode (xn--…).";
    }

    /// <summary>Whether a pattern takes every name that another takes.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="other">A pattern, or a host name.</param>
    /// <returns>True when it does.</returns>
    public static bool Covers(string pattern, string other)
    {
        if (string.Equals(pattern, other, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return IsWildcard(pattern) && other.Length >= pattern.Length && other.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
