using System.Runtime.CompilerServices;
using DataHub.Application.Routing.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Access.Sessions;
using DataHub.Gateway.Api.Errors;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Net.Http.Headers;

namespace DataHub.Gateway.Api.Admin;

/// <summary>What stands before the endpoints of the admin API.</summary>
internal static class AdminSurface
{
    /// <summary>Where the admin API lives.</summary>
    public const string Path = "/api/v1";

    // Whoever sends bodies that are no JSON to paths that are not there must not have them made each time.
    private static readonly ConditionalWeakTable<RouteEndpoint, TemplateMatcher> Matchers = [];

    /// <summary>Registers the credentials of the admin API.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAdminCredentials(this IServiceCollection services) =>
        services.AddSingleton<CallBuckets>().AddSingleton<IAdminCredential, AdminKeyCredential>()
            .AddSingleton<PersonCredential>().AddSingleton<IAdminCredential>(provider => provider.GetRequiredService<PersonCredential>());

    /// <summary>Adds authentication and idempotency to everything under <see cref="Path"/>, whether an endpoint is there or not.</summary>
    /// <param name="app">The pipeline, after routing.</param>
    public static void UseAdminSurface(this IApplicationBuilder app) =>
        app.UseWhen(IsAdmin, admin =>
        {
            admin.UseMiddleware<AdminAuthentication>();
            admin.Use(BodyLimit.InvokeAsync);
            admin.Use(static (context, next) => IsOtherText(context.Request)
                ? context.WriteProblemAsync(new Problem(ErrorCodes.UnsupportedMediaType, "JSON is sent in UTF-8; leave the charset out."))
                : next(context));
            admin.UseMiddleware<Idempotency>();
        });

    /// <summary>Whether an endpoint is at the path of a request and was left out by the router because the body is not JSON.</summary>
    /// <param name="context">A request that no endpoint took.</param>
    public static bool WantsJson(HttpContext context) =>
        context.Request.Path.StartsWithSegments(Path) && !context.Request.HasJsonContentType()
        && context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Any(e =>
            e.Metadata.GetMetadata<IAcceptsMetadata>() is not null
            && e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(context.Request.Method) == true
            && Matchers.GetValue(e, static e => new TemplateMatcher(TemplateParser.Parse(e.RoutePattern.RawText!), [])).TryMatch(context.Request.Path, []));

    // The framework would look for whatever encoding is named.
    private static bool IsOtherText(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue
        && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    // A route may claim such a path under a host of its own: that is traffic. A path that is not there needs no key to be told so.
    private static bool IsAdmin(HttpContext context) =>
        context.Request.Path.StartsWithSegments(Path)
        && (context.GetEndpoint()?.Metadata is not { } metadata || (metadata.GetMetadata<CompiledRoute>() is null && metadata.GetMetadata<NothingHere>() is null));
}

/// <summary>Marks the endpoints that answer 404 for unknown paths of the gateway's own surfaces.</summary>
internal sealed class NothingHere
{
    /// <summary>The mark.</summary>
    public static readonly NothingHere Mark = new();
}
