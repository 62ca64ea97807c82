using System.Buffers;

namespace DataHub.Domain.Access.Scopes;

/// <summary>
/// The grammar of scopes: <c>resource:action</c>, <c>resource:*</c> for every action of a resource, <c>*:action</c> for one action of every
/// resource, <c>*</c> for all. Resource and action are lower-case letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, and begin with a letter or digit.
/// </summary>
public static class Scope
{
    /// <summary>Covers every scope.</summary>
    public const string All = "*";

    /// <summary>Most characters of a resource or an action.</summary>
    public const int MaxPartLength = 64;

    /// <summary>Most scopes of one key.</summary>
    public const int MaxPerKey = 100;

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether a text can be granted to a key.</summary>
    /// <param name="text">The scope.</param>
    /// <returns>True for the grammar, wildcards included.</returns>
    public static bool IsGrant(string? text) => text == All || IsValid(text, wildcard: true);

    /// <summary>Whether a text can be required of a caller.</summary>
    /// <param name="text">The scope.</param>
    /// <returns>True for <c>resource:action</c> without wildcard.</returns>
    public static bool IsRequirement(string? text) => IsValid(text, wildcard: false);

    private static bool IsValid(string? text, bool wildcard)
    {
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon <= 0)
        {
            return false;
        }

        var resource = text.AsSpan(0, colon);
        var action = text.AsSpan(colon + 1);
        return (IsPart(resource) && IsPart(action))
            || (wildcard && ((IsPart(resource) && action is "*") || (resource is "*" && IsPart(action))));
    }

    private static bool IsPart(ReadOnlySpan<char> part) =>
        part.Length is > 0 and <= MaxPartLength
        && char.IsAsciiLetterOrDigit(part[0])
        && !part.ContainsAnyExcept(Letters);
}
