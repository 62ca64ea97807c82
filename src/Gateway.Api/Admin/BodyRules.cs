using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using DataHub.Domain.SharedKernel;
using Microsoft.AspNetCore.Http.Metadata;

namespace DataHub.Gateway.Api.Admin;

/// <summary>
/// What no body may hold, whatever the endpoint: nothing where a list has items, and text that cannot be stored. Checked in one place, before any
/// use case, because the serialiser lets both through and the database refuses the latter long after the field is known.
/// </summary>
internal static class BodyRules
{
    private const string Own = "DataHub.";

    /// <summary>Most mistakes that are told of a body.</summary>
    public const int MaxFaults = 20;

    // Compared by what is computed from them and never stored as they are.
    private static readonly string[] NeverStored = ["password", "secret", "token"];

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    /// <summary>Refuses bodies that break the rules.</summary>
    /// <param name="call">A call of an endpoint.</param>
    /// <exception cref="DomainException">Names every field.</exception>
    public static void Check(EndpointFilterInvocationContext call)
    {
        if (call.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } type)
        {
            return;
        }

        switch (call.Arguments.FirstOrDefault(a => a is JsonElement || a?.GetType() == type))
        {
            case JsonElement patch:
                var faults = new List<DomainFault>();
                JsonText.AddFaults(patch, "", faults); // It is held to the rules once it is merged, which takes texts that are some.
                Refuse(faults);
                break;
            case { } body:
                Check(body);
                break;
        }
    }

    /// <summary>Refuses a body that breaks the rules.</summary>
    /// <param name="body">A body as it was read, or as a patch makes it.</param>
    /// <exception cref="DomainException">Names every field.</exception>
    public static void Check(object body)
    {
        var faults = new List<DomainFault>();
        if (IsOwn(body.GetType()))
        {
            Check(body, "", faults);
        }

        Refuse(faults);
    }

    private static void Refuse(List<DomainFault> faults)
    {
        if (faults.Count > 0)
        {
            throw new DomainException(new DomainError(ErrorCodes.ValidationFailed, "One or more fields are not valid; see errors."), faults);
        }
    }

    private static bool IsOwn(Type type) => type.Namespace?.StartsWith(Own, StringComparison.Ordinal) == true && !type.IsEnum;

    private static void Check(object? value, string pointer, List<DomainFault> faults)
    {
        if (faults.Count >= MaxFaults)
        {
            return;
        }

        switch (value)
        {
            case null or JsonElement: // What a caller may fill as it likes has rules of its own.
                break;
            case string text:
                CheckText(text, pointer, faults);
                break;
            case IDictionary map:
                foreach (DictionaryEntry entry in map)
                {
                    var name = entry.Key.ToString()!;
                    CheckText(name, pointer, faults);
                    Check(entry.Value, Under(pointer, name), faults);
                }

                break;
            case IEnumerable items:
                CheckItems(items, pointer, faults);
                break;
            case { } own when IsOwn(own.GetType()):
                foreach (var property in PropertiesOf(own.GetType()))
                {
                    var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
                    if (!Array.Exists(NeverStored, n => name.EndsWith(n, StringComparison.OrdinalIgnoreCase)))
                    {
                        Check(property.GetValue(own), Under(pointer, name), faults);
                    }
                }

                break;
        }
    }

    private static void CheckItems(IEnumerable items, string pointer, List<DomainFault> faults)
    {
        var index = 0;
        foreach (var item in items)
        {
            var at = Under(pointer, index++.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (item is null)
            {
                faults.Add(new DomainFault(at, "invalid", "An item of a list must not be null."));
            }

            Check(item, at, faults);
        }
    }

    private static void CheckText(string text, string pointer, List<DomainFault> faults)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add(new DomainFault(pointer, "invalid", "A text must not hold the character U+0000."));
        }
    }

    private static PropertyInfo[] PropertiesOf(Type type) => Properties.GetOrAdd(type, static t =>
        [.. t.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanRead && p.GetIndexParameters().Length == 0)]);

    /// <summary>The pointer of a member (RFC 6901).</summary>
    /// <param name="pointer">Of what holds it.</param>
    /// <param name="name">Its name or index.</param>
    public static string Under(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
