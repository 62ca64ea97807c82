using DataHub.Gateway.Api.Pages;

namespace DataHub.Gateway.Api.Access.OneTimeLinks;

/// <summary>
/// The page that invitations and links for another password lead to. The token stands behind the <c>#</c>, which browsers send to no server:
/// it reaches no log, and the page takes it out of the address bar.
/// </summary>
internal static class SetPasswordPage
{
    /// <summary>Adds the page and its files.</summary>
    /// <param name="routes">The routes.</param>
    public static void MapSetPasswordPage(this IEndpointRouteBuilder routes)
    {
        routes.MapEmbeddedFile("/console/set-password", "console/set-password.html", "text/html");
        routes.MapEmbeddedFile("/console/set-password.js", "console/set-password.js", "text/javascript");
        routes.MapEmbeddedFile("/console/set-password.css", "console/set-password.css", "text/css");
    }
}
