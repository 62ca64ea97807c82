using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace DataHub.Domain.Webhooks.Filters;

/// <summary>Compares JSON values: numbers by value, whatever they are written like; texts by code unit; nothing with another kind.</summary>
internal static class JsonValues
{
    /// <summary>Whether two values are the same. The order of members does not matter, that of elements does.</summary>
    public static bool Same(JsonElement a, JsonElement b) => (a.ValueKind, b.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => CompareNumbers(a, b) == 0,
        (JsonValueKind.String, JsonValueKind.String) => a.ValueEquals(b.GetString()),
        (JsonValueKind.Array, JsonValueKind.Array) => a.GetArrayLength() == b.GetArrayLength() && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
        (JsonValueKind.Object, JsonValueKind.Object) => SameMembers(a, b),
        _ => a.ValueKind == b.ValueKind,
    };

    /// <summary>Reads every text and name once: one that is not Unicode, such as half of a surrogate pair, is found now and not while events are matched.</summary>
    /// <exception cref="InvalidOperationException">There is such a text.</exception>
    public static void EnsureTexts(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                _ = json.GetString();
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    _ = member.Name;
                    EnsureTexts(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var element in json.EnumerateArray())
                {
                    EnsureTexts(element);
                }

                break;
        }
    }

    /// <summary>The order of two numbers or two texts.</summary>
    /// <returns>Null when they cannot be ordered.</returns>
    public static int? Compare(JsonElement a, JsonElement b) => (a.ValueKind, b.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => CompareNumbers(a, b),
        (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(a.GetString(), b.GetString()),
        _ => null,
    };

    private static bool SameMembers(JsonElement a, JsonElement b)
    {
        var count = 0;
        foreach (var member in a.EnumerateObject())
        {
            if (!b.TryGetProperty(member.Name, out var other) || !Same(member.Value, other))
            {
                return false;
            }

            count++;
        }

        return count == b.GetPropertyCount();
    }

    // Whole numbers beyond 64 bits and fractions beyond doubles are told apart where a decimal or a big integer holds them.
    private static int CompareNumbers(JsonElement a, JsonElement b)
    {
        if (a.TryGetInt64(out var x) && b.TryGetInt64(out var y))
        {
            return x.CompareTo(y);
        }

        if (IsWhole(a, out var p) && IsWhole(b, out var q))
        {
            return p.CompareTo(q);
        }

        return IsPlain(a, out var m) && IsPlain(b, out var n) ? m.CompareTo(n) : a.GetDouble().CompareTo(b.GetDouble());
    }

    private static bool IsWhole(JsonElement number, out BigInteger value)
    {
        var text = number.GetRawText();
        value = default;
        return text.Length <= 100 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    // A decimal rounds what it cannot hold to 28 digits; those go by double.
    private static bool IsPlain(JsonElement number, out decimal value)
    {
        value = default;
        return number.GetRawText() is { Length: <= 28 } text && !text.Contains('e', StringComparison.OrdinalIgnoreCase) && number.TryGetDecimal(out value);
    }
}
