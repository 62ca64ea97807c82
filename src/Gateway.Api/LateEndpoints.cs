using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Routing;

namespace DataHub.Gateway.Api;

/// <summary>
/// Maps handlers as the platform's methods of the same names do, but makes what calls a handler when it is called for the first time. The platform makes
/// all of them with the first request of the process: 7 MiB and up to a second of waiting, for endpoints that most nodes never answer. What is known of a
/// handler, and whether it can be called at all, is found out at once all the same. In this namespace so that these methods hide the platform's, and every
/// endpoint of the gateway is mapped this way.
/// </summary>
internal static class LateEndpoints
{
    /// <summary>Maps GET.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="handler">The handler.</param>
    public static RouteHandlerBuilder MapGet(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler) =>
        Map(endpoints, pattern, HttpMethods.Get, handler);

    /// <summary>Maps POST.</summary>
    /// <inheritdoc cref="MapGet"/>
    public static RouteHandlerBuilder MapPost(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler) =>
        Map(endpoints, pattern, HttpMethods.Post, handler);

    /// <summary>Maps PUT.</summary>
    /// <inheritdoc cref="MapGet"/>
    public static RouteHandlerBuilder MapPut(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler) =>
        Map(endpoints, pattern, HttpMethods.Put, handler);

    /// <summary>Maps PATCH.</summary>
    /// <inheritdoc cref="MapGet"/>
    public static RouteHandlerBuilder MapPatch(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler) =>
        Map(endpoints, pattern, HttpMethods.Patch, handler);

    /// <summary>Maps DELETE.</summary>
    /// <inheritdoc cref="MapGet"/>
    public static RouteHandlerBuilder MapDelete(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler) =>
        Map(endpoints, pattern, HttpMethods.Delete, handler);

    private static RouteHandlerBuilder Map(IEndpointRouteBuilder endpoints, string pattern, string method, Delegate handler) =>
        RouteHandlerServices.Map(endpoints, pattern, handler, [method], RequestDelegateFactory.InferMetadata, static (handler, options, metadata) =>
        {
            // Not from the metadata: what it holds besides would be kept for every endpoint until then.
            var made = new Lazy<RequestDelegate>(() => RequestDelegateFactory.Create(handler, options).RequestDelegate);
            return new RequestDelegateResult(context => made.Value(context), metadata?.EndpointMetadata ?? []);
        });
}
