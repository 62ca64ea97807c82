using System.Text.Json;

namespace DataHub.Gateway.Api.Errors;

/// <summary>An RFC 9457 problem with DataHub's members.</summary>
/// <param name="Code">The stable code; type, title and status follow from it.</param>
/// <param name="Detail">What is wrong and what would mend it.</param>
internal sealed record Problem(string Code, string Detail)
{
    /// <summary>Fields to blame; null for none.</summary>
    public IReadOnlyList<ProblemField>? Errors { get; init; }

    /// <summary>Names of the limits that refused; null unless 429.</summary>
    public IReadOnlyList<string>? ViolatedPolicies { get; init; }

    /// <summary>Seconds for <c>Retry-After</c>; null for none.</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One field to blame.</summary>
/// <param name="Pointer">RFC 6901 pointer into the body; <c>?name</c> for a query parameter.</param>
/// <param name="Code">What is wrong, in snake_case.</param>
/// <param name="Message">What is wrong and what would mend it.</param>
internal sealed record ProblemField(string Pointer, string Code, string Message);

/// <summary>Writes problems; proxied refusals and admin answers alike.</summary>
internal static class ProblemWriter
{
    // What is away or has no turn left is asked again soon; every 503 says when.
    private const int UsualRetryAfterSeconds = 2;

    private static readonly JsonWriterOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the problem as the whole answer.</summary>
    /// <param name="context">A request whose response has not started.</param>
    /// <param name="problem">The problem.</param>
    public static async Task WriteProblemAsync(this HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = ProblemCatalogue.StatusOf(problem.Code);
        if (response.StatusCode == StatusCodes.Status503ServiceUnavailable && problem.RetryAfterSeconds is null)
        {
            problem = problem with { RetryAfterSeconds = UsualRetryAfterSeconds };
        }

        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var body = Serialize(problem, response.StatusCode, context.Request.Path.Value ?? "/", context.TraceIdentifier);
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }

    private static System.Buffers.ArrayBufferWriter<byte> Serialize(Problem problem, int status, string instance, string requestId)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Compact);
        json.WriteStartObject();
        json.WriteString("type", ProblemCatalogue.TypePrefix + problem.Code);
        json.WriteString("title", ProblemCatalogue.TitleOf(problem.Code));
        json.WriteNumber("status", status);
        json.WriteString("detail", problem.Detail);
        json.WriteString("instance", instance);
        json.WriteString("code", problem.Code);
        json.WriteString("requestId", requestId);
        if (problem.RetryAfterSeconds is { } seconds)
        {
            json.WriteNumber("retryAfterSeconds", seconds);
        }

        if (problem.ViolatedPolicies is { } policies)
        {
            json.WriteStartArray("violated-policies");
            foreach (var policy in policies)
            {
                json.WriteStringValue(policy);
            }

            json.WriteEndArray();
        }

        if (problem.Errors is { Count: > 0 } errors)
        {
            json.WriteStartArray("errors");
            foreach (var error in errors)
            {
                json.WriteStartObject();
                json.WriteString("pointer", error.Pointer);
                json.WriteString("code", error.Code);
                json.WriteString("message", error.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer;
    }
}
