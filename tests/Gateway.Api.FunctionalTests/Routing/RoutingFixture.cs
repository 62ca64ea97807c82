using System.Net;
using DataHub.TestKit.Fixtures;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Routing;

/// <summary>One gateway and one administrator for all tests of a class; each test makes resources under names of its own.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public abstract class RoutingFixture
{
    private TestDatabase _database = null!;
    private int _names;

    protected TestGateway Gateway { get; private set; } = null!;

    protected AdminClient Admin { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        Gateway = await TestGateway.StartAsync(_database, TestGateway.Patient);
        Admin = await AdminClient.SetUpAsync(Gateway);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        Admin.Dispose();
        await Gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

    protected string Name(string prefix = "n") => $"{prefix}-{Interlocked.Increment(ref _names)}";

    protected async Task<Answer> UpstreamAsync(string? name = null) =>
        (await Admin.PostAsync("/api/v1/upstreams", new { name = name ?? Name("u"), destinations = new[] { new { name = "one", url = "http://127.0.0.1:9" } } })).Is(HttpStatusCode.Created);

    protected async Task<Answer> ApiAsync(string? slug = null) =>
        (await Admin.PostAsync("/api/v1/apis", new { name = "Shop", slug = slug ?? Name("shop") })).Is(HttpStatusCode.Created);

    protected async Task<Answer> RouteAsync(string apiId, string upstreamId, string path = "/{**rest}") =>
        (await Admin.PostAsync($"/api/v1/apis/{apiId}/routes", new { name = Name("r"), upstreamId, path })).Is(HttpStatusCode.Created);
}
