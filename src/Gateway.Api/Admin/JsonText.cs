using System.Text.Json;
using DataHub.Domain.SharedKernel;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Takes free JSON out of a body. The reader does not look into what it hands on unread; here every text is, and how deep it goes.</summary>
internal static class JsonText
{
    // An answer shows it a few levels further down, and is written to 64.
    private const int MaxDepth = 56;

    private static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The request is not valid.");

    /// <summary>The JSON as it was sent.</summary>
    /// <param name="json">A member of a body.</param>
    /// <param name="pointer">Where it stands.</param>
    /// <returns>Null when it is absent or null.</returns>
    /// <exception cref="DomainException">See <see cref="Ensure"/>.</exception>
    public static string? Of(JsonElement? json, string pointer)
    {
        if (json is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
        {
            return null;
        }

        Ensure(value, pointer);
        return value.GetRawText();
    }

    /// <summary>Refuses what could be stored and never shown.</summary>
    /// <param name="json">A member of a body.</param>
    /// <param name="pointer">Where it stands.</param>
    /// <exception cref="DomainException">A text in it is not Unicode (invalid UTF-8, half of a surrogate pair), or it is too deep.</exception>
    public static void Ensure(JsonElement json, string pointer)
    {
        try
        {
            Read(json, pointer, 1);
        }
        catch (InvalidOperationException)
        {
            // Where they stand is looked for only then: every event that is published comes through here.
            var faults = new List<DomainFault>();
            AddFaults(json, pointer, faults);
            throw new DomainException(Invalid, faults);
        }
    }

    /// <summary>Finds texts and names that are not Unicode.</summary>
    /// <param name="json">Any JSON.</param>
    /// <param name="pointer">Where it stands.</param>
    /// <param name="faults">Takes each with its place, up to <see cref="BodyRules.MaxFaults"/>.</param>
    public static void AddFaults(JsonElement json, string pointer, List<DomainFault> faults)
    {
        if (faults.Count >= BodyRules.MaxFaults)
        {
            return;
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.String when !IsText(() => json.GetString()):
                faults.Add(NoText(pointer));
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in json.EnumerateArray().Index())
                {
                    AddFaults(item, BodyRules.Under(pointer, index.ToString(System.Globalization.CultureInfo.InvariantCulture)), faults);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    var named = IsText(() => member.Name);
                    if (!named)
                    {
                        faults.Add(NoText(pointer));
                    }

                    AddFaults(member.Value, BodyRules.Under(pointer, named ? member.Name : ""), faults);
                }

                break;
        }
    }

    /// <summary>The refusal of a body with such a text.</summary>
    /// <param name="inner">How it was found.</param>
    public static BadHttpRequestException NotUnicode(Exception inner) =>
        new("The body holds text that is not Unicode, such as invalid UTF-8 or half of a surrogate pair.", StatusCodes.Status400BadRequest, inner);

    private static void Read(JsonElement json, string pointer, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new DomainException(Invalid, $"This JSON is nested too deeply; at most {MaxDepth} levels are taken.", pointer);
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                _ = json.GetString();
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    _ = member.Name;
                    Read(member.Value, pointer, depth + 1);
                }

                break;
            case JsonValueKind.Array:
                foreach (var element in json.EnumerateArray())
                {
                    Read(element, pointer, depth + 1);
                }

                break;
        }
    }

    private static DomainFault NoText(string pointer) => new(pointer, "invalid", "A text must be valid UTF-8 without unpaired surrogates.");

    // The reader throws for what is none.
    private static bool IsText(Func<string?> read)
    {
        try
        {
            _ = read();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
