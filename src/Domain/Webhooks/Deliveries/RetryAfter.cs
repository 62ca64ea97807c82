using System.Globalization;

namespace DataHub.Domain.Webhooks.Deliveries;

/// <summary>Reads the header Retry-After (RFC 9110 §10.2.3).</summary>
public static class RetryAfter
{
    /// <summary>Longest wait that is granted: 24 h.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    // IMF-fixdate, and the two forms of old that a recipient must read.
    private static readonly string[] DateFormats = ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    /// <summary>The wait that an answer asks for.</summary>
    /// <param name="value">The header: whole seconds or an HTTP date.</param>
    /// <param name="now">UTC instant of the answer.</param>
    /// <param name="answeredAt">The answer's own Date header; a date is measured against that, so that a clock that is wrong does not matter. Null: against <paramref name="now"/>.</param>
    /// <returns>0 to <see cref="Longest"/>, a date that has passed being 0; null when there is no header or it makes no sense.</returns>
    public static TimeSpan? Parse(string? value, DateTimeOffset now, DateTimeOffset? answeredAt = null)
    {
        var text = value.AsSpan().Trim();
        if (text.IsEmpty)
        {
            return null;
        }

        if (text.IndexOfAnyExceptInRange('0', '9') < 0)
        {
            // More digits than fit are a wait too, of the longest kind.
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < Longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Longest;
        }

        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowInnerWhite;
        if (!DateTimeOffset.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, Styles, out var date))
        {
            return null;
        }

        var wait = date - (answeredAt ?? now);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
    }
}
