using System.Text.Json;
using DataHub.Domain.SharedKernel;
using Microsoft.AspNetCore.Http.Features;

namespace DataHub.Gateway.Api.Admin;

/// <summary>Reads the body of an action that may come without one.</summary>
internal static class OptionalBody
{
    // Not bound by the framework: among endpoints of one template some of which take no body, its matcher finds no endpoint with an
    // optional body for a request without Content-Type, and answers 404.
    /// <summary>Reads the body.</summary>
    /// <typeparam name="T">What it holds.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="BadHttpRequestException">There is a body that cannot be read.</exception>
    /// <exception cref="DomainException">It breaks <see cref="BodyRules"/>, which see only what the framework binds.</exception>
    public static async Task<T?> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken) where T : class
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } || request.ContentLength == 0)
        {
            return null;
        }

        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException("Send the body as application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        T? body;
        try
        {
            body = await request.ReadFromJsonAsync<T>(AdminJson.Options, cancellationToken);
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body cannot be read.", StatusCodes.Status400BadRequest, e);
        }

        if (body is not null)
        {
            BodyRules.Check(body);
        }

        return body;
    }
}
