namespace DataHub.Domain.Access.Credentials;

/// <summary>What a password may be: long enough, and none that everybody tries first. Nothing about digits and signs (NIST SP 800-63B §5.1.1.2).</summary>
public static class PasswordRules
{
    /// <summary>Fewest characters.</summary>
    public const int MinLength = 12;

    /// <summary>Most characters: enough for any sentence, and a bound for the hash.</summary>
    public const int MaxLength = 128;

    /// <summary>
    /// The words to look for in a list of common passwords: the password itself without regard to case, what is left of it without the digits and
    /// signs at its ends, and the piece that it repeats. <c>Password123!</c> is as easy to guess as <c>password</c>.
    /// </summary>
    /// <param name="password">The password.</param>
    public static IEnumerable<string> Words(string password)
    {
        var whole = password.ToLowerInvariant();
        yield return whole;
        var core = whole.TrimEnd(Decoration).TrimStart(Decoration);
        if (core.Length < whole.Length)
        {
            yield return core;
        }

        if (Repeated(core.Length > 0 ? core : whole) is { } piece)
        {
            yield return piece;
        }
    }

    /// <summary>Whether it is one character after another of very few: <c>aaaaaaaaaaaa</c>, <c>121212121212</c>, <c>123456789012</c>.</summary>
    /// <param name="password">The password.</param>
    public static bool IsPattern(string password)
    {
        if (password.Distinct().Count() < 4)
        {
            return true;
        }

        var steps = password.Zip(password.Skip(1), (a, b) => b - a).ToList();
        return steps.Count(s => s is 1 or -9) == steps.Count || steps.Count(s => s is -1 or 9) == steps.Count;
    }

    private static readonly char[] Decoration = [.. "0123456789!?.,;:-_+*#@$%&/()= "];

    private static string? Repeated(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            if (text.Length % length == 0 && Enumerable.Range(1, (text.Length / length) - 1).All(i => text.AsSpan(i * length, length).SequenceEqual(text.AsSpan(0, length))))
            {
                return text[..length];
            }
        }

        return null;
    }
}
