using System.Reflection;
using Microsoft.Net.Http.Headers;

namespace DataHub.Gateway.Api.Pages;

/// <summary>Serves files of this assembly to browsers. Pages made of them ask no other host for anything, and no markup that slipped into a text can run.</summary>
internal static class EmbeddedFiles
{
    // Scripts and styles from files only, and only ours. Icons may be data: URLs.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Assembly Files = typeof(EmbeddedFiles).Assembly;

    // One build, one tag: the files change with the assembly only.
    private static readonly EntityTagHeaderValue Tag = new($"\"{Files.ManifestModule.ModuleVersionId:N}\"");

    /// <summary>Serves one file under a path.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="path">Where, such as <c>/docs</c>.</param>
    /// <param name="resource">Logical name of the embedded file.</param>
    /// <param name="contentType">Without charset, which is UTF-8.</param>
    public static void MapEmbeddedFile(this IEndpointRouteBuilder routes, string path, string resource, string contentType) =>
        routes.MapGet(path, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-cache"; // Kept by browsers, but asked for again: the tag makes that a 304.
            return TypedResults.Stream(Files.GetManifestResourceStream(resource)!, $"{contentType}; charset=utf-8", entityTag: Tag);
        }).ExcludeFromDescription();
}
