using System.Globalization;
using System.Text.Json;

namespace DataHub.Domain.Webhooks.Filters;

/// <summary>A way into the <c>data</c> of an event: <c>order.items.0.sku</c>, or an RFC 6901 pointer where names hold dots: <c>/order/v1.0</c>.</summary>
public sealed class PayloadPath
{
    /// <summary>Most characters of a path.</summary>
    public const int MaxLength = 200;

    /// <summary>Most steps of a path.</summary>
    public const int MaxSteps = 10;

    private readonly string[] _steps;

    private PayloadPath(string[] steps) => _steps = steps;

    /// <summary>The steps, one name or index each.</summary>
    public IReadOnlyList<string> Steps => _steps;

    /// <summary>Reads a path.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Null when it is none.</returns>
    public static PayloadPath? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return null;
        }

        var steps = text[0] == '/'
            ? [.. text[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
            : text.Split('.');
        return steps.Length <= MaxSteps && (text[0] == '/' || Array.TrueForAll(steps, s => s.Length > 0)) ? new PayloadPath(steps) : null;
    }

    /// <summary>This path and one that begins where it ends.</summary>
    /// <param name="rest">The rest.</param>
    /// <returns>Null when it would have too many steps.</returns>
    public PayloadPath? Then(PayloadPath rest) => _steps.Length + rest._steps.Length <= MaxSteps ? new PayloadPath([.. _steps, .. rest._steps]) : null;

    /// <summary>Follows the path. A step into an array is an index.</summary>
    /// <param name="data">Where it begins.</param>
    /// <param name="value">What is there.</param>
    /// <returns>False when nothing is.</returns>
    public bool TryFollow(JsonElement data, out JsonElement value)
    {
        value = data;
        foreach (var step in _steps)
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                if (!value.TryGetProperty(step, out value))
                {
                    return false;
                }
            }
            else if (value.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < value.GetArrayLength())
            {
                value = value[index];
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
