using DataHub.Application.Routing.Contracts;
using DataHub.Gateway.Api.Access.Sessions;

namespace DataHub.Gateway.Api.Admin;

/// <summary>What stands before the endpoints of the admin API.</summary>
internal static class AdminSurface
{
    /// <summary>Where the admin API lives.</summary>
    public const string Path = "/api/v1";

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
            admin.UseMiddleware<Idempotency>();
        });

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
