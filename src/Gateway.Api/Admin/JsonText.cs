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
            throw new DomainException(Invalid, "It holds text that is not Unicode, such as invalid UTF-8 or half of a surrogate pair.", pointer);
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
            throw new DomainException(Invalid, $"It is at most {MaxDepth} levels deep.", pointer);
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
}
