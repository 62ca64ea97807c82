using System.Reflection;
using Microsoft.Net.Http.Headers;

namespace DataHub.Gateway.Api.Documentation;

/// <summary>The page at <c>/docs</c>: the admin API for people, shown by Swagger UI from files of this assembly. It asks no other host for anything.</summary>
internal static class DocumentationPage
{
    // Scripts and styles from files only, and only ours: a description that came to hold markup could not run anything.
    // Swagger UI draws its icons from data: URLs.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Assembly Files = typeof(DocumentationPage).Assembly;

    // One build, one tag: the files change with the assembly only.
    private static readonly EntityTagHeaderValue Tag = new($"\"{Files.ManifestModule.ModuleVersionId:N}\"");

    /// <summary>Adds the page and its files.</summary>
    /// <param name="routes">The routes.</param>
    public static void MapDocumentationPage(this IEndpointRouteBuilder routes)
    {
        routes.MapFile("/docs", "index.html", "text/html");
        routes.MapFile("/docs/start.js", "start.js", "text/javascript");
        routes.MapFile("/docs/swagger-ui-bundle.js", "swagger-ui-bundle.js", "text/javascript");
        routes.MapFile("/docs/swagger-ui.css", "swagger-ui.css", "text/css");
    }

    private static void MapFile(this IEndpointRouteBuilder routes, string path, string file, string contentType) =>
        routes.MapGet(path, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-cache"; // Kept by browsers, but asked for again: the tag makes that a 304.
            return TypedResults.Stream(Files.GetManifestResourceStream($"docs/{file}")!, $"{contentType}; charset=utf-8", entityTag: Tag);
        }).ExcludeFromDescription();
}
