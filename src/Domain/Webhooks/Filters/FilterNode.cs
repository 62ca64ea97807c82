using System.Text.Json;

namespace DataHub.Domain.Webhooks.Filters;

/// <summary>What an operator asks of the value at a path.</summary>
internal enum FilterOperator
{
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Exist,
    StartsWith,
    EndsWith,
}

/// <summary>A compiled condition; immutable, for any number of threads.</summary>
internal abstract class FilterNode
{
    /// <summary>Whether the condition holds.</summary>
    /// <param name="data">The <c>data</c> of the event.</param>
    public abstract bool Holds(JsonElement data);
}

/// <summary>Every condition holds; of none, it does.</summary>
internal sealed class AllOf(FilterNode[] conditions) : FilterNode
{
    public override bool Holds(JsonElement data) => Array.TrueForAll(conditions, c => c.Holds(data));
}

/// <summary>At least one condition holds.</summary>
internal sealed class AnyOf(FilterNode[] conditions) : FilterNode
{
    public override bool Holds(JsonElement data) => Array.Exists(conditions, c => c.Holds(data));
}

/// <summary>The condition does not hold.</summary>
internal sealed class Negation(FilterNode condition) : FilterNode
{
    public override bool Holds(JsonElement data) => !condition.Holds(data);
}

/// <summary>One operator on the value at a path. What is not there satisfies only <c>$neq</c>, <c>$nin</c> and <c>$exist: false</c>.</summary>
internal sealed class Comparison(PayloadPath path, FilterOperator kind, JsonElement operand) : FilterNode
{
    private readonly string? _text = operand.ValueKind == JsonValueKind.String ? operand.GetString() : null;

    public override bool Holds(JsonElement data)
    {
        var there = path.TryFollow(data, out var value);
        return kind switch
        {
            FilterOperator.Eq => there && JsonValues.Same(value, operand),
            FilterOperator.Neq => !there || !JsonValues.Same(value, operand),
            FilterOperator.Gt => there && JsonValues.Compare(value, operand) > 0,
            FilterOperator.Gte => there && JsonValues.Compare(value, operand) >= 0,
            FilterOperator.Lt => there && JsonValues.Compare(value, operand) < 0,
            FilterOperator.Lte => there && JsonValues.Compare(value, operand) <= 0,
            FilterOperator.In => there && IsListed(value),
            FilterOperator.Nin => !there || !IsListed(value),
            FilterOperator.Exist => there == (operand.ValueKind == JsonValueKind.True),
            FilterOperator.StartsWith => there && value.ValueKind == JsonValueKind.String && value.GetString()!.StartsWith(_text!, StringComparison.Ordinal),
            _ => there && value.ValueKind == JsonValueKind.String && value.GetString()!.EndsWith(_text!, StringComparison.Ordinal),
        };
    }

    private bool IsListed(JsonElement value)
    {
        foreach (var listed in operand.EnumerateArray())
        {
            if (JsonValues.Same(value, listed))
            {
                return true;
            }
        }

        return false;
    }
}
