using System.Text.Json;

namespace DataHub.Application.Access.Contracts;

/// <summary>One claim: its values as text. Numbers and booleans read as JSON writes them.</summary>
/// <param name="Values">At least one for a single value; any number for a list.</param>
/// <param name="IsList">True for a JSON array.</param>
public readonly record struct ClaimValue(string[] Values, bool IsList);

/// <summary>
/// The claims of a token, flattened once so that rules look them up without allocation: a claim by its name, one inside an object by its
/// path (<c>realm_access.roles</c>). A top-level name wins over a path that reads the same. Objects in arrays and nulls are left out.
/// </summary>
public sealed class TokenClaims
{
    /// <summary>Most claims that are read; a token with more is refused.</summary>
    public const int MaxClaims = 256;

    private const int MaxDepth = 4;

    private readonly Dictionary<string, ClaimValue> _values;

    private TokenClaims(Dictionary<string, ClaimValue> values) => _values = values;

    /// <summary>Reads the claims of a payload.</summary>
    /// <param name="payload">A JSON object.</param>
    /// <returns>Null when there are too many.</returns>
    /// <exception cref="InvalidOperationException">A text is not valid Unicode.</exception>
    public static TokenClaims? Read(JsonElement payload)
    {
        var values = new Dictionary<string, ClaimValue>(StringComparer.Ordinal);
        return Add(values, payload, "", 0) ? new TokenClaims(values) : null;
    }

    /// <summary>Looks a claim up; allocates nothing.</summary>
    /// <param name="claim">Its name or path.</param>
    /// <param name="value">The claim, when true is returned.</param>
    /// <returns>False when the token does not have it, or it is null.</returns>
    public bool TryGet(string claim, out ClaimValue value) => _values.TryGetValue(claim, out value);

    /// <summary>The claim when it is one value.</summary>
    /// <param name="claim">Its name or path.</param>
    /// <returns>Null when it is not there or a list.</returns>
    public string? Single(string claim) => _values.TryGetValue(claim, out var value) && !value.IsList ? value.Values[0] : null;

    /// <summary>The claim as words: the entries of a list, or what spaces divide in a text.</summary>
    /// <param name="claim">Its name or path.</param>
    /// <returns>Empty when it is not there.</returns>
    public IReadOnlyList<string> Words(string claim) =>
        !_values.TryGetValue(claim, out var value) ? []
        : value.IsList ? value.Values
        : value.Values[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool Add(Dictionary<string, ClaimValue> values, JsonElement holder, string prefix, int depth)
    {
        // The names of this level first: so the shorter path wins whatever the order in the token.
        foreach (var member in holder.EnumerateObject())
        {
            if (ValueOf(member.Value) is { } value)
            {
                values.TryAdd(prefix + member.Name, value);
            }

            if (values.Count > MaxClaims)
            {
                return false;
            }
        }

        foreach (var member in holder.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Object && depth < MaxDepth && !Add(values, member.Value, $"{prefix}{member.Name}.", depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private static ClaimValue? ValueOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => new ClaimValue([.. element.EnumerateArray().Select(TextOf).OfType<string>()], true),
        _ => TextOf(element) is { } text ? new ClaimValue([text], false) : null,
    };

    private static string? TextOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
