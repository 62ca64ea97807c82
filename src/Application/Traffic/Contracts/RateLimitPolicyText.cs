using System.Text;

namespace DataHub.Application.Traffic.Contracts;

/// <summary>Writes the constant parts of the rate-limit headers: lists of strings with parameters (RFC 9651 §3.1, §3.3.3).</summary>
internal static class RateLimitPolicyText
{
    /// <summary>The RateLimit-Policy list of the limits that are not shadows.</summary>
    /// <param name="limits">The limits, in the order they are shown.</param>
    /// <returns><c>"minute";q=600;w=60, "burst";q=20;w=1</c>; null when nothing is shown.</returns>
    public static string? Of(IEnumerable<CompiledLimit> limits)
    {
        var text = new StringBuilder();
        foreach (var limit in limits.Where(l => !l.Shadow))
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(Quote(limit.Name))
                .Append(";q=").Append(limit.Limit).Append(";w=").Append(limit.Document.WindowSeconds);
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>A string item: quoted, <c>"</c> and <c>\</c> escaped; what the grammar cannot hold becomes <c>?</c>.</summary>
    /// <param name="value">The text.</param>
    /// <returns>The item with its quotes.</returns>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                < ' ' or > '~' => text.Append('?'),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }
}
