using DataHub.Application;
using DataHub.Application.Traffic;
using DataHub.Gateway.Api.Admin;
using DataHub.Gateway.Api.Errors;
using DataHub.Gateway.Api.Traffic;
using DataHub.Infrastructure;
using DataHub.Infrastructure.Traffic;
using DataHub.TestKit.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Gateway.Api.FunctionalTests.Traffic.RateLimits;

/// <summary>The tier endpoints with the conventions of the admin API and without its authentication, which has tests of its own.</summary>
internal sealed class TierApi(WebApplication app, HttpClient client, StubUsage usage) : IAsyncDisposable
{
    public StubUsage Usage => usage;

    public HttpClient Client => client;

    public IServiceProvider Services => app.Services;

    public static async Task<TierApi> StartAsync(TestDatabase database)
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0", $"--DataHub:Database:ConnectionString={database.ConnectionString}"]);
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.ConfigureHttpJsonOptions(json => AdminJson.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddApplication().AddTrafficModule();
        builder.Services.AddInfrastructure().AddTrafficInfrastructure();
        var usage = new StubUsage();
        builder.Services.AddSingleton<DataHub.Application.Access.Contracts.ITierUsage>(usage);
        builder.Services.AddSingleton<DataHub.Application.Routing.Contracts.ITierUsage>(usage);
        var app = builder.Build();
        app.UseExceptionHandler(_ => { });
        app.MapGroup("/api/v1").AddEndpointFilter<WriteConventions>().MapTraffic();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new TierApi(app, new HttpClient { BaseAddress = new Uri(address) }, usage);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>Says how many keys and routes refer to any tier.</summary>
internal sealed class StubUsage : DataHub.Application.Access.Contracts.ITierUsage, DataHub.Application.Routing.Contracts.ITierUsage
{
    public int Callers { get; set; }

    public int Routes { get; set; }

    Task<int> DataHub.Application.Access.Contracts.ITierUsage.CountAsync(DataHub.Domain.Traffic.RateLimits.RateLimitTierId tierId, CancellationToken cancellationToken) =>
        Task.FromResult(Callers);

    Task<IReadOnlyList<string>> DataHub.Application.Routing.Contracts.ITierUsage.WhoUsesAsync(DataHub.Domain.Traffic.RateLimits.RateLimitTierId tierId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. Enumerable.Range(1, Routes).Select(n => $"route 'r{n}'")]);
}
