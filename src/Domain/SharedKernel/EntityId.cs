namespace DataHub.Domain.SharedKernel;

/// <summary>An id that prints as <c>prefix_</c> and 26 characters over a UUIDv7.</summary>
/// <typeparam name="TSelf">The id type itself.</typeparam>
public interface IEntityId<TSelf> where TSelf : struct, IEntityId<TSelf>
{
    /// <summary>The printed prefix without the underscore, such as <c>key</c>.</summary>
    static abstract string Prefix { get; }

    /// <summary>The UUIDv7 behind the printed form.</summary>
    Guid Value { get; }

    /// <summary>Wraps a UUID that was stored.</summary>
    /// <param name="value">The UUID.</param>
    static abstract TSelf From(Guid value);
}

/// <summary>Prints and reads ids: Crockford base 32, lower case, most significant bits first, so ids sort by creation.</summary>
public static class EntityId
{
    /// <summary>Characters after the underscore.</summary>
    public const int EncodedLength = 26;

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>The printed form of an id.</summary>
    /// <typeparam name="TId">The id type.</typeparam>
    /// <param name="id">The id.</param>
    /// <returns><c>prefix_</c> and 26 characters.</returns>
    public static string Format<TId>(TId id) where TId : struct, IEntityId<TId> => Format(TId.Prefix, id.Value);

    /// <summary>The printed form of a UUID under a prefix.</summary>
    /// <param name="prefix">The prefix without the underscore.</param>
    /// <param name="value">The UUID.</param>
    /// <returns><c>prefix_</c> and 26 characters.</returns>
    public static string Format(string prefix, Guid value) =>
        string.Create(prefix.Length + 1 + EncodedLength, (prefix, value), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            span[state.prefix.Length] = '_';
            Span<byte> bytes = stackalloc byte[16];
            state.value.TryWriteBytes(bytes, bigEndian: true, out _);
            var bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
            for (var i = span.Length - 1; i > state.prefix.Length; i--)
            {
                span[i] = Alphabet[(int)(bits & 31)];
                bits >>= 5;
            }
        });

    /// <summary>Reads a printed id.</summary>
    /// <typeparam name="TId">The id type.</typeparam>
    /// <param name="text">The printed form; case of the 26 characters does not matter.</param>
    /// <param name="id">The id, when true is returned.</param>
    /// <returns>False for another prefix, another length or a character outside the alphabet.</returns>
    public static bool TryParse<TId>(string? text, out TId id) where TId : struct, IEntityId<TId>
    {
        id = default;
        if (!TryParse(TId.Prefix, text, out var value))
        {
            return false;
        }

        id = TId.From(value);
        return true;
    }

    private static bool TryParse(string prefix, string? text, out Guid value)
    {
        value = default;
        if (text is null || text.Length != prefix.Length + 1 + EncodedLength
            || !text.StartsWith(prefix, StringComparison.Ordinal) || text[prefix.Length] != '_')
        {
            return false;
        }

        UInt128 bits = 0;
        for (var i = prefix.Length + 1; i < text.Length; i++)
        {
            var digit = Alphabet.IndexOf(char.ToLowerInvariant(text[i]), StringComparison.Ordinal);
            if (digit < 0 || (i == prefix.Length + 1 && digit > 7))
            {
                return false;
            }

            bits = (bits << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        value = new Guid(bytes, bigEndian: true);
        return true;
    }
}
