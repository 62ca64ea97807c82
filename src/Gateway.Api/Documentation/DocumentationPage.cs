using DataHub.Gateway.Api.Pages;

namespace DataHub.Gateway.Api.Documentation;

/// <summary>The page at <c>/docs</c>: the admin API for people, shown by Swagger UI from files of this assembly.</summary>
internal static class DocumentationPage
{
    /// <summary>Adds the page and its files.</summary>
    /// <param name="routes">The routes.</param>
    public static void MapDocumentationPage(this IEndpointRouteBuilder routes)
    {
        routes.MapEmbeddedFile("/docs", "docs/index.html", "text/html");
        routes.MapEmbeddedFile("/docs/start.js", "docs/start.js", "text/javascript");
        routes.MapEmbeddedFile("/docs/swagger-ui-bundle.js", "docs/swagger-ui-bundle.js", "text/javascript");
        routes.MapEmbeddedFile("/docs/swagger-ui.css", "docs/swagger-ui.css", "text/css");
    }
}
