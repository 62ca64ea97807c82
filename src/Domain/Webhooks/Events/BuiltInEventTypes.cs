namespace DataHub.Domain.Webhooks.Events;

/// <summary>A member of the data of an event.</summary>
/// <param name="Name">The member.</param>
/// <param name="Type">Its JSON Schema type; <c>date-time</c> for an instant.</param>
/// <param name="Description">What it says.</param>
/// <param name="Example">A value, as JSON.</param>
/// <param name="Required">Whether it is always there.</param>
public sealed record EventField(string Name, string Type, string Description, string Example, bool Required = true);

/// <summary>A type of the gateway's own events.</summary>
/// <param name="Name">Such as <c>key.created</c>.</param>
/// <param name="Description">When it is raised.</param>
/// <param name="Fields">The members of its data.</param>
/// <param name="Raised">False while nothing in this version raises it.</param>
/// <param name="OptIn">True: raised only where a setting asks for it.</param>
public sealed record BuiltInEventType(string Name, string Description, IReadOnlyList<EventField> Fields, bool Raised = true, bool OptIn = false);

/// <summary>The gateway's own event types, as data: the registry, the documentation and the reserved words come from here.</summary>
public static partial class BuiltInEventTypes
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "key", "ratelimit", "quota", "upstream", "circuit", "webhook", "config", "alert", "audit", "datahub",
    };

    /// <summary>Whether a type begins with a word of the gateway's own, which nobody else can publish.</summary>
    /// <param name="type">The type.</param>
    public static bool IsReserved(string type) =>
        Reserved.Contains(type.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? type[..dot] : type);
}
