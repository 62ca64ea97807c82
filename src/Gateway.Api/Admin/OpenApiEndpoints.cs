using System.Text;
using Microsoft.AspNetCore.Hosting.Server;

namespace DataHub.Gateway.Api.Admin;

/// <summary>
/// Serves the OpenAPI document. It is made once, when it is asked for first, by services of its own that end with it: what makes it, four libraries, stays out
/// of a process that nobody asks.
/// </summary>
internal static class OpenApiEndpoints
{
    /// <summary>Serves <c>/openapi/v1.json</c> and <c>/openapi/v1.yaml</c>.</summary>
    /// <param name="app">The gateway.</param>
    /// <param name="services">Its services, as they were registered.</param>
    public static void Map(WebApplication app, IServiceCollection services)
    {
        var document = new Lazy<Task<(string Json, string Yaml)>>(() => MakeAsync(services, app.Services.GetRequiredService<EndpointDataSource>()));
        app.MapGet("/openapi/v1.json", async () => TypedResults.Text((await document.Value).Json, "application/json", Encoding.UTF8)).ExcludeFromDescription();
        app.MapGet("/openapi/v1.yaml", async () => TypedResults.Text((await document.Value).Yaml, "text/plain+yaml", Encoding.UTF8)).ExcludeFromDescription();
    }

    private static async Task<(string Json, string Yaml)> MakeAsync(IServiceCollection services, EndpointDataSource endpoints)
    {
        // All of the process's services, since which of a handler's parameters are services is part of the question; only few of them are made.
        // A second web server is not among them: the document names no address.
        IServiceCollection own = new ServiceCollection();
        foreach (var service in services.Where(s => s.ServiceType != typeof(IServer)))
        {
            own.Add(service);
        }

        await using var provider = own.AddSingleton(endpoints).AddAdminOpenApi().BuildServiceProvider();
        return await OpenApiDocumentation.WriteAsync(provider, CancellationToken.None);
    }
}
