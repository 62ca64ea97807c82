namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>The printed form of a signing secret (Standard Webhooks 1.0.0): <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
public static class WebhookSecret
{
    /// <summary>What it begins with, so that scanners know a leak.</summary>
    public const string Prefix = "whsec_";

    /// <summary>Fewest bytes.</summary>
    public const int MinLength = 24;

    /// <summary>Most bytes.</summary>
    public const int MaxLength = 64;

    /// <summary>Prints a secret.</summary>
    /// <param name="key">24 to 64 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has another length.</exception>
    public static string Format(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, MinLength, nameof(key));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, MaxLength, nameof(key));
        return Prefix + Convert.ToBase64String(key);
    }

    /// <summary>Reads a printed secret.</summary>
    /// <param name="text">The printed form, standard alphabet with padding.</param>
    /// <param name="key">The bytes, when true is returned; else empty.</param>
    /// <returns>False for another prefix, another alphabet, white space or another length.</returns>
    public static bool TryParse(string? text, out byte[] key)
    {
        key = [];
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal) || text.AsSpan(Prefix.Length).ContainsAny(" \t\r\n"))
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[MaxLength];
        if (!Convert.TryFromBase64Chars(text.AsSpan(Prefix.Length), buffer, out var length) || length < MinLength)
        {
            return false;
        }

        key = buffer[..length].ToArray();
        return true;
    }
}
