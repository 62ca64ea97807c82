namespace DataHub.Domain.Access.ApiKeys;

/// <summary>Digits, upper case, lower case: letters that need no escape anywhere and select with one double click.</summary>
public static class Base62
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // 4 × 62: bytes from here on would favour the first letters of the alphabet.
    private const byte FirstBiased = 248;

    /// <summary>Bytes that <see cref="Random"/> needs for a number of characters, so that rejected ones do not matter.</summary>
    /// <param name="length">Characters wanted.</param>
    /// <returns>Twice as many bytes.</returns>
    public static int EntropyFor(int length) => 2 * length;

    /// <summary>Evenly distributed characters.</summary>
    /// <param name="entropy">Random bytes, <see cref="EntropyFor"/> of them.</param>
    /// <param name="target">What is filled.</param>
    /// <exception cref="ArgumentException">Too many bytes had to be rejected: they are not random.</exception>
    public static void Random(ReadOnlySpan<byte> entropy, Span<char> target)
    {
        var filled = 0;
        foreach (var value in entropy)
        {
            if (value < FirstBiased && filled < target.Length)
            {
                target[filled++] = Alphabet[value % Alphabet.Length];
            }
        }

        if (filled < target.Length)
        {
            throw new ArgumentException("The bytes are too few or not random.", nameof(entropy));
        }
    }

    /// <summary>Writes a number over the whole target, with zeros in front.</summary>
    /// <param name="value">The number; what does not fit is cut off.</param>
    /// <param name="target">What is filled, most significant digit first.</param>
    public static void Write(uint value, Span<char> target)
    {
        for (var i = target.Length - 1; i >= 0; i--)
        {
            target[i] = Alphabet[(int)(value % 62)];
            value /= 62;
        }
    }

    /// <summary>Whether every character is one of the alphabet.</summary>
    /// <param name="text">The characters.</param>
    /// <returns>True for an empty text too.</returns>
    public static bool IsBase62(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}
