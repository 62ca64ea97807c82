using System.Text.Json;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Filters;

/// <summary>
/// A condition on the <c>data</c> of an event, compiled: <c>{"total": {"$gte": 100}, "$or": [{"country": "DE"}, {"country": "AT"}]}</c>. Bounded in depth and
/// size, without regular expressions, so that nobody's filter costs the others time.
/// </summary>
public sealed class PayloadFilter
{
    /// <summary>Most characters of a filter.</summary>
    public const int MaxLength = 8_192;

    /// <summary>Most levels of <c>$and</c>, <c>$or</c>, <c>$not</c> and nested members.</summary>
    public const int MaxDepth = 8;

    /// <summary>Most operators of a filter, each entry of a list counted.</summary>
    public const int MaxConditions = 200;

    private readonly FilterNode _root;

    private PayloadFilter(FilterNode root) => _root = root;

    /// <summary>Whether an event passes.</summary>
    /// <param name="data">The <c>data</c> of the event.</param>
    public bool Matches(JsonElement data) => _root.Holds(data);

    /// <summary>Compiles a filter.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="pointer">Where it stands in the request, for faults.</param>
    /// <param name="faults">Takes every mistake.</param>
    /// <returns>Null when there was a mistake.</returns>
    public static PayloadFilter? Parse(string json, string pointer, List<DomainFault> faults)
    {
        if (json.Length > MaxLength)
        {
            faults.Add(new DomainFault(pointer, "too_long", $"A filter has at most {MaxLength} characters."));
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
            JsonValues.EnsureTexts(document.RootElement);
            var before = faults.Count;
            var root = new FilterCompiler(faults).Compile(document.RootElement.Clone(), pointer);
            return faults.Count == before ? new PayloadFilter(root) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            faults.Add(new DomainFault(pointer, "invalid_filter", "A filter is a JSON object of Unicode text without repeated members, at most 32 levels deep."));
            return null;
        }
    }
}
