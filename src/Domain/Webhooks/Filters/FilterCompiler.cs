using System.Text.Json;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Filters;

/// <summary>Turns the JSON of a filter into conditions, and tells every mistake with its place.</summary>
internal sealed class FilterCompiler(List<DomainFault> faults)
{
    private static readonly Dictionary<string, FilterOperator> Operators = new(StringComparer.Ordinal)
    {
        ["$eq"] = FilterOperator.Eq, ["$neq"] = FilterOperator.Neq, ["$gt"] = FilterOperator.Gt, ["$gte"] = FilterOperator.Gte, ["$lt"] = FilterOperator.Lt,
        ["$lte"] = FilterOperator.Lte, ["$in"] = FilterOperator.In, ["$nin"] = FilterOperator.Nin, ["$exist"] = FilterOperator.Exist,
        ["$startsWith"] = FilterOperator.StartsWith, ["$endsWith"] = FilterOperator.EndsWith,
    };

    private static readonly AllOf Everything = new([]);

    private int _conditions;

    public FilterNode Compile(JsonElement filter, string pointer) => Members(filter, null, pointer, 1);

    // path: null at the top, where $and, $or and $not stand beside members.
    private FilterNode Members(JsonElement json, PayloadPath? path, string pointer, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return Fault(pointer, "A condition here is a JSON object.");
        }

        if (depth > PayloadFilter.MaxDepth)
        {
            return Fault(pointer, $"A filter is at most {PayloadFilter.MaxDepth} levels deep.");
        }

        var parts = new List<FilterNode>();
        foreach (var member in json.EnumerateObject())
        {
            var place = DomainFault.Below(pointer, member.Name);
            parts.Add(member.Name switch
            {
                "$and" => List(member.Value, path, place, depth, all: true),
                "$or" => List(member.Value, path, place, depth, all: false),
                "$not" => new Negation(Members(member.Value, path, place, depth + 1)),
                ['$', ..] => Operator(member, path, place),
                _ => Member(member, path, place, depth),
            });
        }

        return parts is [var only] ? only : new AllOf([.. parts]);
    }

    private FilterNode List(JsonElement json, PayloadPath? path, string pointer, int depth, bool all)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() == 0)
        {
            return Fault(pointer, "Here stands a list of at least one condition.");
        }

        FilterNode[] parts = [.. json.EnumerateArray().Select((part, i) => Members(part, path, $"{pointer}/{i}", depth + 1))];
        return all ? new AllOf(parts) : new AnyOf(parts);
    }

    private FilterNode Member(JsonProperty member, PayloadPath? path, string pointer, int depth)
    {
        if (PayloadPath.Parse(member.Name) is not { } step || (path is null ? step : path.Then(step)) is not { } whole)
        {
            return Fault(pointer, $"A path has at most {PayloadPath.MaxSteps} steps and {PayloadPath.MaxLength} characters, such as order.total or /order/total.");
        }

        if (member.Value.ValueKind == JsonValueKind.Object)
        {
            return member.Value.GetPropertyCount() == 0
                ? Fault(pointer, "An empty condition says nothing; {\"$exist\": true} asks whether it is there, {\"$eq\": {}} for an empty object.")
                : Members(member.Value, whole, pointer, depth + 1);
        }

        return member.Value.ValueKind == JsonValueKind.Array
            ? Fault(pointer, "Say {\"$in\": […]} for one of several values, or {\"$eq\": […]} for the whole list.")
            : Fits(pointer, 1) ? new Comparison(whole, FilterOperator.Eq, member.Value) : Everything;
    }

    private FilterNode Operator(JsonProperty member, PayloadPath? path, string pointer)
    {
        if (!Operators.TryGetValue(member.Name, out var kind))
        {
            return Fault(pointer, $"'{member.Name}' is not an operator; known are {string.Join(", ", Operators.Keys)}, $and, $or and $not.");
        }

        if (path is null)
        {
            return Fault(pointer, $"'{member.Name}' stands below a path, such as {{\"order.total\": {{\"{member.Name}\": …}}}}.");
        }

        var operand = member.Value;
        var mistake = kind switch
        {
            FilterOperator.Gt or FilterOperator.Gte or FilterOperator.Lt or FilterOperator.Lte =>
                operand.ValueKind is JsonValueKind.Number or JsonValueKind.String ? null : "takes a number or a text",
            FilterOperator.In or FilterOperator.Nin => operand.ValueKind == JsonValueKind.Array && operand.GetArrayLength() > 0 ? null : "takes a list of at least one value",
            FilterOperator.Exist => operand.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "takes true or false",
            FilterOperator.StartsWith or FilterOperator.EndsWith => operand.ValueKind == JsonValueKind.String ? null : "takes a text",
            _ => null,
        };
        if (mistake is not null)
        {
            return Fault(pointer, $"{member.Name} {mistake}.");
        }

        var size = operand.ValueKind == JsonValueKind.Array && kind is FilterOperator.In or FilterOperator.Nin ? operand.GetArrayLength() : 1;
        return Fits(pointer, size) ? new Comparison(path, kind, operand) : Everything;
    }

    private bool Fits(string pointer, int conditions)
    {
        var before = _conditions;
        _conditions += conditions;
        if (before <= PayloadFilter.MaxConditions && _conditions > PayloadFilter.MaxConditions)
        {
            Fault(pointer, $"A filter has at most {PayloadFilter.MaxConditions} conditions, entries of lists included.");
        }

        return _conditions <= PayloadFilter.MaxConditions;
    }

    private AllOf Fault(string pointer, string message)
    {
        faults.Add(new DomainFault(pointer, "invalid_filter", message));
        return Everything;
    }
}
