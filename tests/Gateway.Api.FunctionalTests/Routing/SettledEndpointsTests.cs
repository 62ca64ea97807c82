using System.Net;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Routing;

/// <summary>What a change of routes costs.</summary>
public class SettledEndpointsTests
{
    [Test]
    public async Task Change_OfARoute_MakesNoneOfTheGatewaysOwnEndpointsAnew()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var gateway = await TestGateway.StartAsync(database);
        using var admin = await AdminClient.SetUpAsync(gateway);
        var source = gateway.Services.GetRequiredService<EndpointDataSource>();
        var before = Own(source);
        before.Should().HaveCountGreaterThan(100);
        var all = source.Endpoints.Count;

        var upstream = (await admin.PostAsync("/api/v1/upstreams", new { name = "u", destinations = new[] { new { name = "d", url = "http://127.0.0.1:9" } } })).Is(HttpStatusCode.Created).Id;
        var api = (await admin.PostAsync("/api/v1/apis", new { name = "a", slug = "a" })).Is(HttpStatusCode.Created).Id;
        (await admin.PostAsync($"/api/v1/apis/{api}/routes", new { name = "r", upstreamId = upstream })).Is(HttpStatusCode.Created);

        await Eventually.TrueAsync(() => source.Endpoints.Count > all, "the route is there");
        Own(source).Should().Equal(before, (now, then) => ReferenceEquals(now, then));
    }

    private static List<Endpoint> Own(EndpointDataSource source) =>
        [.. source.Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText?.StartsWith("/api/v1/", StringComparison.Ordinal) == true)];
}
