using System.Text.Json;
using DataHub.Gateway.Api.Admin;
using Microsoft.AspNetCore.Http.Features;

namespace DataHub.Gateway.Api.Access;

/// <summary>What revoking and suspending take; the body may be left out altogether.</summary>
/// <param name="Reason">Why, at most 200 characters.</param>
internal sealed record ReasonBody(string? Reason = null)
{
    /// <summary>Said of the actions that take it, since it is not bound.</summary>
    public const string Description = "Takes an optional body {\"reason\": \"…\"} of at most 200 characters, kept for whoever looks later.";

    // Not bound by the framework: among endpoints of one template some of which take no body, its matcher finds no endpoint with an
    // optional body for a request without Content-Type, and answers 404.
    /// <summary>Reads the reason.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="BadHttpRequestException">There is a body that cannot be read.</exception>
    public static async Task<string?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return null;
        }

        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException("Send the body as application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return (await request.ReadFromJsonAsync<ReasonBody>(AdminJson.Options, cancellationToken))?.Reason;
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body cannot be read.", StatusCodes.Status400BadRequest, e);
        }
    }
}
