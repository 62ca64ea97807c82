using System.Buffers.Text;
using System.Globalization;
using DataHub.Application.Traffic.Contracts;

namespace DataHub.Application.Observability.RequestLogs;

/// <summary>One limit of a tier as a request met it.</summary>
/// <param name="Name">The limit's name.</param>
/// <param name="Limit">Units per window.</param>
/// <param name="WindowSeconds">Length of the window.</param>
/// <param name="Remaining">Units left after the decision.</param>
/// <param name="ResetSeconds">Seconds until more units come.</param>
/// <param name="Denied">True when it refused, or would have in shadow mode.</param>
/// <param name="Shadow">True when it only watches.</param>
public readonly record struct LimitMark(string Name, long Limit, int WindowSeconds, long Remaining, int ResetSeconds, bool Denied, bool Shadow);

/// <summary>
/// The limiter's answer as one short text, in the manner of the <c>RateLimit</c> headers: <c>minute;q=600;w=60;r=0;t=23;d,burst;q=20;w=1;r=7;t=1</c>.
/// <c>d</c> marks a limit that refused, <c>s</c> one in shadow mode; a first member <c>degraded</c> says that the node's share decided.
/// Written once per request without allocation, taken apart only when somebody looks at the request.
/// </summary>
public static class LimitTrail
{
    /// <summary>Most bytes that <see cref="Write"/> needs.</summary>
    public const int MaxBytes = 16 + RateLimitEvaluation.MaxLimits * (MaxNameLength + 4 * 24 + 8);

    private const int MaxNameLength = 64;
    private const string DegradedMark = "degraded";

    /// <summary>Writes the trail.</summary>
    /// <param name="evaluation">A finished evaluation.</param>
    /// <param name="target">At least <see cref="MaxBytes"/> bytes.</param>
    /// <returns>Bytes written; ASCII only.</returns>
    public static int Write(RateLimitEvaluation evaluation, Span<byte> target)
    {
        var at = 0;
        if (evaluation.Degraded)
        {
            "degraded"u8.CopyTo(target);
            at = DegradedMark.Length;
        }

        var limits = evaluation.Tier.Limits;
        var count = Math.Min(Math.Min(evaluation.Count, limits.Count), RateLimitEvaluation.MaxLimits);
        for (var i = 0; i < count; i++)
        {
            if (at > 0)
            {
                target[at++] = (byte)',';
            }

            var limit = limits[i];
            ref readonly var reading = ref evaluation[i];
            at += WriteName(limit.Name, target[at..]);
            at += WritePart((byte)'q', limit.Limit, target[at..]);
            at += WritePart((byte)'w', limit.WindowSeconds, target[at..]);
            at += WritePart((byte)'r', reading.Remaining, target[at..]);
            at += WritePart((byte)'t', reading.ResetSeconds, target[at..]);
            at += reading.Denied ? WriteFlag((byte)'d', target[at..]) : 0;
            at += limit.Mode == "shadow" ? WriteFlag((byte)'s', target[at..]) : 0;
        }

        return at;
    }

    /// <summary>Reads a trail back; members that cannot be read are left out.</summary>
    /// <param name="text">The text; null for none.</param>
    /// <returns>The limits in their order, and whether the node's share decided.</returns>
    public static (IReadOnlyList<LimitMark> Limits, bool Degraded) Parse(string? text)
    {
        var marks = new List<LimitMark>();
        var degraded = false;
        foreach (var member in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = member.Split(';');
            if (parts.Length == 1)
            {
                degraded |= member == DegradedMark;
                continue;
            }

            marks.Add(new LimitMark(parts[0], Number(parts, "q="), (int)Number(parts, "w="), Number(parts, "r="), (int)Number(parts, "t="),
                parts.Contains("d"), parts.Contains("s")));
        }

        return (marks, degraded);
    }

    private static long Number(string[] parts, string name)
    {
        var part = Array.Find(parts, p => p.StartsWith(name, StringComparison.Ordinal));
        return part is not null && long.TryParse(part.AsSpan(2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    // Names are checked when a tier is written; whatever else comes here must not break the grammar.
    private static int WriteName(string name, Span<byte> target)
    {
        var length = Math.Min(name.Length, MaxNameLength);
        for (var i = 0; i < length; i++)
        {
            target[i] = char.IsAsciiLetterOrDigit(name[i]) || name[i] is '-' or '_' or '.' ? (byte)name[i] : (byte)'_';
        }

        return length;
    }

    private static int WritePart(byte name, long value, Span<byte> target)
    {
        target[0] = (byte)';';
        target[1] = name;
        target[2] = (byte)'=';
        Utf8Formatter.TryFormat(value, target[3..], out var written);
        return written + 3;
    }

    private static int WriteFlag(byte name, Span<byte> target)
    {
        target[0] = (byte)';';
        target[1] = name;
        return 2;
    }
}
