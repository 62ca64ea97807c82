using System.Text.Json;
using System.Text.RegularExpressions;
using DataHub.Domain.SharedKernel;
using Microsoft.AspNetCore.Http.Features;

namespace DataHub.Gateway.Api.Errors;

/// <summary>Says what is wrong with a request that could not be bound to a handler.</summary>
internal static partial class RequestBodyProblems
{
    /// <summary>The problem behind a binding failure.</summary>
    /// <param name="exception">The framework's exception.</param>
    public static Problem From(BadHttpRequestException exception) => exception switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => new Problem(ErrorCodes.PayloadTooLarge, exception.Message),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => new Problem(ErrorCodes.UnsupportedMediaType, "Send the body as application/json."),
        { InnerException: JsonException json } => From(json),
        _ when IsMissing(exception.Message) => new Problem(ErrorCodes.ValidationFailed, "The body is missing; send JSON as application/json."),
        _ => new Problem(ErrorCodes.ValidationFailed, exception.Message),
    };

    // The framework says it to whoever wrote the handler, and has no other sign of it.
    private static bool IsMissing(string message) =>
        message.StartsWith("Implicit body inferred for parameter", StringComparison.Ordinal) || message.EndsWith("was not provided from body.", StringComparison.Ordinal);

    /// <summary>The problem of a body that is too large.</summary>
    /// <param name="limit">Bytes that are taken there.</param>
    public static Problem TooLarge(long limit) => new(ErrorCodes.PayloadTooLarge, $"The body is larger than the {limit} bytes that are taken here; send less at once.");

    /// <summary>Lets the server read on for a moment after the answer (5 seconds at most), whatever the length of the body: who is still sending gets the answer rather than a reset connection.</summary>
    /// <param name="context">A request whose body was not read.</param>
    public static void ReadOn(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = null;
        }
    }

    /// <summary>The problem behind a body that is not what the endpoint reads.</summary>
    /// <param name="exception">The serialiser's exception.</param>
    public static Problem From(JsonException exception)
    {
        var pointer = JsonPointer.FromJsonPath(exception.Path);
        if (UnknownMember().Match(exception.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups[1].Value;
            var detail = $"The field '{name}' is not known here; check its spelling or leave it out.";
            return new Problem(ErrorCodes.UnknownField, detail) { Errors = [new ProblemField($"{pointer}/{name}".Replace($"/{name}/{name}", $"/{name}", StringComparison.Ordinal), ErrorCodes.UnknownField, detail)] };
        }

        if (MissingMembers().Match(exception.Message) is { Success: true } missing)
        {
            var names = missing.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries).Select(n => n.Trim('\'', '.', ' ')).ToList();
            return new Problem(ErrorCodes.ValidationFailed, "One or more required fields are missing; see errors.")
            {
                Errors = [.. names.Select(n => new ProblemField($"{pointer}/{n}", "required", $"'{n}' is required."))],
            };
        }

        if (NullValue().Match(exception.Message) is { Success: true } empty)
        {
            // The path ends at the field, or at the object that holds it.
            var field = "/" + JsonNamingPolicy.CamelCase.ConvertName(empty.Groups[1].Value);
            var at = pointer.EndsWith(field, StringComparison.OrdinalIgnoreCase) ? pointer : pointer + field;
            var message = $"The value at '{at}' must not be null.";
            return new Problem(ErrorCodes.ValidationFailed, message) { Errors = [new ProblemField(at, "required", message)] };
        }

        // A path means that the text was JSON and one value had the wrong type.
        if (exception.Message.Contains("could not be converted", StringComparison.Ordinal))
        {
            var message = $"The value at '{(pointer.Length == 0 ? "/" : pointer)}' has the wrong type or is not one of the allowed values.";
            return new Problem(ErrorCodes.ValidationFailed, message) { Errors = [new ProblemField(pointer, "wrong_type", message)] };
        }

        return new Problem(ErrorCodes.MalformedJson, $"The body is not valid JSON near line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.");
    }

    [GeneratedRegex("The JSON property '(.*)' could not be mapped", RegexOptions.Singleline)]
    private static partial Regex UnknownMember();

    [GeneratedRegex("(?:parameter|property or field) '([^']*)' on type '[^']*' doesn't allow (?:setting )?null values")]
    private static partial Regex NullValue();

    [GeneratedRegex("missing required properties including: (.*)$", RegexOptions.Singleline)]
    private static partial Regex MissingMembers();
}
