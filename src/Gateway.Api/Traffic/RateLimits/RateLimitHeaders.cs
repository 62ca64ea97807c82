using System.Globalization;
using DataHub.Application.Traffic.Contracts;
using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Traffic.RateLimits;

/// <summary>
/// Writes the rate-limit headers of one answer: the lists of the IETF draft (RFC 9651 structured fields) with every limit, most
/// constrained first, and the older <c>X-RateLimit-*</c> from the most constrained one. Shadow limits are not shown.
/// </summary>
internal static class RateLimitHeaders
{
    private const int SmallNumbers = 1_024;

    private static readonly StringValues[] Small = [.. Enumerable.Range(0, SmallNumbers).Select(n => new StringValues(n.ToString(CultureInfo.InvariantCulture)))];

    /// <summary>Sets the five headers; does nothing when no limit is shown.</summary>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="evaluation">The decided request.</param>
    /// <param name="nowEpochSeconds">Seconds since the epoch, rounded down.</param>
    public static void Apply(IHeaderDictionary headers, RateLimitEvaluation evaluation, long nowEpochSeconds)
    {
        if (evaluation.Tier.PolicyHeader is not { } policy || evaluation.Count == 0)
        {
            return;
        }

        var limits = evaluation.Tier.Compiled;
        Span<byte> order = stackalloc byte[evaluation.Count];
        order = order[..Rank(evaluation, limits, order)];
        headers["RateLimit-Policy"] = policy;
        headers["RateLimit"] = Format(evaluation, limits, order);

        var first = limits[order[0]];
        ref var reading = ref evaluation[order[0]];
        headers["X-RateLimit-Limit"] = Number(first.Limit);
        headers["X-RateLimit-Remaining"] = Number(reading.Remaining);
        headers["X-RateLimit-Reset"] = Number(nowEpochSeconds + reading.ResetSeconds);
    }

    /// <summary>Whole numbers as header values; small ones are kept.</summary>
    /// <param name="value">0 or more.</param>
    /// <returns>The decimal digits.</returns>
    internal static StringValues Number(long value) =>
        value is >= 0 and < SmallNumbers ? Small[value] : value.ToString(CultureInfo.InvariantCulture);

    // The limits that are shown, most constrained first: those that refused, then by the share that is left, then in the tier's order.
    private static int Rank(RateLimitEvaluation evaluation, ReadOnlySpan<CompiledLimit> limits, Span<byte> order)
    {
        var count = 0;
        for (var i = 0; i < order.Length; i++)
        {
            if (limits[i].Shadow)
            {
                continue;
            }

            var place = count++;
            for (; place > 0 && IsTighter(evaluation, limits, i, order[place - 1]); place--)
            {
                order[place] = order[place - 1];
            }

            order[place] = (byte)i;
        }

        return count;
    }

    private static bool IsTighter(RateLimitEvaluation evaluation, ReadOnlySpan<CompiledLimit> limits, int a, int b)
    {
        ref var left = ref evaluation[a];
        ref var right = ref evaluation[b];
        if (left.Denied != right.Denied)
        {
            return left.Denied;
        }

        // Two that refused: the one that holds longer. Else a/b < c/d as a × d < c × b; both stay below 2⁶⁰.
        return left.Denied ? left.ResetSeconds > right.ResetSeconds
            : left.Remaining * limits[b].Limit < right.Remaining * limits[a].Limit;
    }

    private static string Format(RateLimitEvaluation evaluation, ReadOnlySpan<CompiledLimit> limits, ReadOnlySpan<byte> order)
    {
        // Eight items of at most 34 + 4 + 10 + 3 + 10 + 2 characters; longer names are not possible.
        Span<char> text = stackalloc char[RateLimitEvaluation.MaxLimits * 80];
        var length = 0;
        foreach (var index in order)
        {
            if (length > 0)
            {
                Append(text, ref length, ", ");
            }

            Append(text, ref length, limits[index].HeaderPrefix);
            Append(text, ref length, evaluation[index].Remaining);
            Append(text, ref length, ";t=");
            Append(text, ref length, evaluation[index].ResetSeconds);
        }

        return new string(text[..length]);
    }

    private static void Append(Span<char> text, ref int length, string value)
    {
        value.CopyTo(text[length..]);
        length += value.Length;
    }

    private static void Append(Span<char> text, ref int length, long value)
    {
        value.TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
        length += written;
    }
}
