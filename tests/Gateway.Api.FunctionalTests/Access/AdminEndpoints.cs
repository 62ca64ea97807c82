using DataHub.Gateway.Api.Admin;
using DataHub.TestKit.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

/// <summary>An endpoint of the admin API as the router knows it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Pattern">The path below <c>/api/v1</c>, with parameters.</param>
/// <param name="Endpoint">The endpoint.</param>
internal sealed record AdminEndpoint(string Method, string Pattern, RouteEndpoint Endpoint)
{
    public string Name => $"{Method} {Pattern}";

    /// <summary>Every endpoint that is mapped, so that a new one cannot be forgotten.</summary>
    public static IReadOnlyList<AdminEndpoint> AllOf(TestGateway gateway) =>
        [.. gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText is { } text && text.TrimStart('/').StartsWith("api/v1/", StringComparison.Ordinal) && e.Metadata.GetMetadata<NothingHere>() is null)
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()is { } methods
                ? methods.HttpMethods.Select(m => new AdminEndpoint(m, e.RoutePattern.RawText!.Trim('/')["api/v1".Length..], e))
                : [new AdminEndpoint("ANY", e.RoutePattern.RawText!.Trim('/')["api/v1".Length..], e)]) // One that takes every method must not be overlooked.
            .OrderBy(e => e.Pattern, StringComparer.Ordinal).ThenBy(e => e.Method, StringComparer.Ordinal)];

    /// <summary>The path with values in place of the parameters.</summary>
    public string PathWith(Func<string, string> valueOf)
    {
        var path = Pattern;
        foreach (var parameter in Endpoint.RoutePattern.Parameters)
        {
            path = System.Text.RegularExpressions.Regex.Replace(path, $@"\{{\**{parameter.Name}[^}}]*\}}", valueOf(parameter.Name));
        }

        return "/api/v1" + path;
    }
}
