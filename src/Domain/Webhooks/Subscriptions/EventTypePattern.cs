using DataHub.Domain.Webhooks.Events;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>What a subscription names: a type, <c>order.*</c> for everything below, or <c>*</c> for everything.</summary>
public static class EventTypePattern
{
    /// <summary>Every type.</summary>
    public const string All = "*";

    /// <summary>Whether a text is a type: words of lower-case letters, digits and underscores, joined by dots.</summary>
    /// <param name="type">The text.</param>
    public static bool IsType(string? type)
    {
        if (string.IsNullOrEmpty(type) || type.Length > StoredEvent.MaxTypeLength)
        {
            return false;
        }

        var wordBegins = true;
        foreach (var c in type)
        {
            if (c == '.')
            {
                if (wordBegins)
                {
                    return false;
                }

                wordBegins = true;
            }
            else if (c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')
            {
                wordBegins = false;
            }
            else
            {
                return false;
            }
        }

        return !wordBegins;
    }

    /// <summary>Whether a text is a type, a prefix with <c>.*</c>, or <c>*</c>.</summary>
    /// <param name="pattern">The text.</param>
    public static bool IsPattern(string? pattern) =>
        pattern == All || IsType(pattern) || (IsPrefix(pattern) && IsType(pattern![..^2]));

    /// <summary>Whether a pattern stands for everything below a prefix.</summary>
    /// <param name="pattern">A pattern.</param>
    public static bool IsPrefix(string? pattern) => pattern is { Length: > 2 } && pattern.EndsWith(".*", StringComparison.Ordinal);

    /// <summary>Whether a pattern takes a type.</summary>
    /// <param name="pattern">A pattern.</param>
    /// <param name="type">A type.</param>
    public static bool Takes(string pattern, string type) =>
        pattern == All || pattern == type
        || (IsPrefix(pattern) && type.Length >= pattern.Length && type.AsSpan(0, pattern.Length - 1).SequenceEqual(pattern.AsSpan(0, pattern.Length - 1)));
}
