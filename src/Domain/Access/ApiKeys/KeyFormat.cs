namespace DataHub.Domain.Access.ApiKeys;

/// <summary>
/// The text of a secret: <c>dh_{live|test|admin}_{random}{checksum}</c>. The checksum tells a mistyped key, or a coincidental string,
/// from a real one without any look-up. All checks run on spans and allocate nothing.
/// </summary>
public static class KeyFormat
{
    /// <summary>Random characters of a new secret: 178 bits.</summary>
    public const int RandomLength = 30;

    /// <summary>Fewest random characters that are accepted: 130 bits.</summary>
    public const int MinRandomLength = 22;

    /// <summary>Most random characters that are accepted.</summary>
    public const int MaxRandomLength = 64;

    /// <summary>Characters of the checksum: CRC-32 (IEEE 802.3) of all before it, in base 62.</summary>
    public const int ChecksumLength = 6;

    /// <summary>Longest secret: <c>dh_admin_</c>, the random part, the checksum.</summary>
    public const int MaxLength = 9 + MaxRandomLength + ChecksumLength;

    /// <summary>Bytes of randomness that <see cref="Generate"/> takes.</summary>
    public static readonly int EntropyLength = Base62.EntropyFor(RandomLength);

    // Random characters that stay readable in DisplayPrefix.
    private const int ShownCharacters = 4;

    private static readonly uint[] CrcTable = MakeTable();

    /// <summary>Makes a secret.</summary>
    /// <param name="environment">What the key is for.</param>
    /// <param name="entropy">Random bytes, <see cref="EntropyLength"/> of them.</param>
    /// <returns>The only copy.</returns>
    public static string Generate(KeyEnvironment environment, ReadOnlySpan<byte> entropy)
    {
        var prefix = PrefixOf(environment);
        Span<char> text = stackalloc char[prefix.Length + RandomLength + ChecksumLength];
        prefix.CopyTo(text);
        Base62.Random(entropy, text.Slice(prefix.Length, RandomLength));
        Base62.Write(Crc32(text[..^ChecksumLength]), text[^ChecksumLength..]);
        return text.ToString();
    }

    /// <summary>Checks the shape and the checksum.</summary>
    /// <param name="text">What was presented.</param>
    /// <returns>False when no key of this gateway can look so.</returns>
    public static bool IsWellFormed(ReadOnlySpan<char> text) => TryParse(text, out _);

    /// <summary>Checks the shape and the checksum, and reads the environment.</summary>
    /// <param name="text">What was presented.</param>
    /// <param name="environment">What the key claims to be for, when true is returned.</param>
    /// <returns>False when no key of this gateway can look so.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out KeyEnvironment environment)
    {
        environment = default;
        if (text.Length > MaxLength || !TryReadPrefix(text, out environment, out var prefixLength))
        {
            return false;
        }

        var random = text.Length - prefixLength - ChecksumLength;
        if (random is < MinRandomLength or > MaxRandomLength || !Base62.IsBase62(text[prefixLength..]))
        {
            return false;
        }

        Span<char> checksum = stackalloc char[ChecksumLength];
        Base62.Write(Crc32(text[..^ChecksumLength]), checksum);
        return text[^ChecksumLength..].SequenceEqual(checksum);
    }

    /// <summary>The part that is kept readable: the environment and the first four random characters.</summary>
    /// <param name="secret">A valid secret.</param>
    /// <returns>Such as <c>dh_live_9fK2</c>.</returns>
    public static string DisplayPrefix(ReadOnlySpan<char> secret) =>
        secret[..(secret.LastIndexOf('_') + 1 + ShownCharacters)].ToString();

    /// <summary>Reads the readable part from the start of a text that may be cut.</summary>
    /// <param name="text">Such as <c>dh_live_9fK2…</c>; what follows the first four random characters does not matter.</param>
    /// <param name="prefix">As <see cref="DisplayPrefix"/> of the whole secret, when true is returned.</param>
    /// <returns>False when the text does not begin like a secret.</returns>
    public static bool TryReadDisplayPrefix(string text, out string prefix)
    {
        prefix = "";
        if (!TryReadPrefix(text, out _, out var length) || text.Length < length + ShownCharacters || !Base62.IsBase62(text.AsSpan(length, ShownCharacters)))
        {
            return false;
        }

        prefix = text[..(length + ShownCharacters)];
        return true;
    }

    /// <summary>The last four characters.</summary>
    /// <param name="secret">A valid secret.</param>
    /// <returns>Such as <c>x7Qa</c>.</returns>
    public static string Last4(ReadOnlySpan<char> secret) => secret[^4..].ToString();

    /// <summary>The word of an environment as it stands in secrets and on the wire.</summary>
    /// <param name="environment">The environment.</param>
    /// <returns><c>live</c>, <c>test</c> or <c>admin</c>.</returns>
    public static string WordOf(KeyEnvironment environment) => environment switch
    {
        KeyEnvironment.Live => "live",
        KeyEnvironment.Test => "test",
        KeyEnvironment.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(environment)),
    };

    private static string PrefixOf(KeyEnvironment environment) => environment switch
    {
        KeyEnvironment.Live => "dh_live_",
        KeyEnvironment.Test => "dh_test_",
        KeyEnvironment.Admin => "dh_admin_",
        _ => throw new ArgumentOutOfRangeException(nameof(environment)),
    };

    private static bool TryReadPrefix(ReadOnlySpan<char> text, out KeyEnvironment environment, out int length)
    {
        for (environment = KeyEnvironment.Live; environment <= KeyEnvironment.Admin; environment++)
        {
            var prefix = PrefixOf(environment);
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                length = prefix.Length;
                return true;
            }
        }

        length = 0;
        return false;
    }

    // The characters are ASCII here, so each is one byte of the checksum's input.
    private static uint Crc32(ReadOnlySpan<char> text)
    {
        var crc = uint.MaxValue;
        foreach (var c in text)
        {
            crc = CrcTable[(byte)(crc ^ c)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeTable()
    {
        const uint reversedPolynomial = 0xEDB88320;
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ reversedPolynomial;
            }

            table[i] = value;
        }

        return table;
    }
}
