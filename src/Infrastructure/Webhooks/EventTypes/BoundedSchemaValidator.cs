using System.Buffers;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;
using NJsonSchema.Validation.FormatValidators;

namespace DataHub.Infrastructure.Webhooks.EventTypes;

/// <summary>Checking took more steps, or went deeper, than it may.</summary>
internal sealed class SchemaEffortException : Exception;

/// <summary>Applies a schema once, in a bounded number of steps: definitions that name each other several times multiply at every level of the data.</summary>
internal sealed class BoundedSchemaValidator() : JsonSchemaValidator(new BoundedFormat("hostname"), new BoundedFormat("email"))
{
    // The largest event has fewer values than half of this.
    private const int MaxSteps = 300_000;
    private const int MaxDepth = 300;

    private int _steps;
    private int _depth;

    protected override ICollection<ValidationError> Validate(JToken token, JsonSchema schema, SchemaType schemaType, string propertyName, string propertyPath)
    {
        if (++_steps > MaxSteps || ++_depth > MaxDepth)
        {
            throw new SchemaEffortException();
        }

        var errors = base.Validate(token, schema, schemaType, propertyName, propertyPath);
        _depth--;
        return errors;
    }
}

/// <summary>A format whose own check in the library is a regular expression that a long text keeps busy for minutes.</summary>
/// <param name="format"><c>hostname</c> or <c>email</c>.</param>
internal sealed class BoundedFormat(string format) : IFormatValidator
{
    private const int MaxHostname = 253;
    private const int MaxEmail = 320;

    private static readonly SearchValues<char> NotInLocalPart = SearchValues.Create(" \t\r\n@<>,;");

    public ValidationErrorKind ValidationErrorKind => format == "email" ? ValidationErrorKind.EmailExpected : ValidationErrorKind.HostnameExpected;

    public string Format => NameOf(format);

    /// <summary>The name under which the library finds the check here and not its own.</summary>
    /// <param name="format">Any format.</param>
    public static string NameOf(string format) => format is "hostname" or "email" ? "bounded-" + format : format;

    public bool IsValid(string value, JTokenType tokenType) => format == "email"
        ? value.Length <= MaxEmail && value.LastIndexOf('@') is var at and > 0 && IsHostname(value[(at + 1)..]) && !value.AsSpan(0, at).ContainsAny(NotInLocalPart)
        : IsHostname(value);

    private static bool IsHostname(string value) =>
        value.Length is > 0 and <= MaxHostname && Array.TrueForAll(value.Split('.'), part => part.Length is > 0 and <= 63 && part[0] != '-' && part[^1] != '-' && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
}
