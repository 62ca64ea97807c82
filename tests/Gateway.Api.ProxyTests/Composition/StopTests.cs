using System.Text.Json.Nodes;
using DataHub.TestKit.Upstreams;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Composition;

/// <summary>A stop with an exchange that lasts longer than a stop may.</summary>
public class StopTests : ProxyTests
{
    private EchoUpstream _echo = null!;

    protected override string[] Settings => ["Gateway:DrainSeconds=0", "Gateway:ShutdownSeconds=1", "ApiKeys:LastUsedSeconds=3600"];

    protected override async Task ArrangeAsync()
    {
        _echo = await EchoUpstream.StartAsync();
        await Scenario.AddRouteAsync(ApiId, await Scenario.AddUpstreamAsync("echo", _echo.Address), new JsonObject { ["name"] = "echo", ["path"] = "/echo/{**rest}" });
    }

    [OneTimeTearDown]
    public async Task StopEchoAsync() => await _echo.DisposeAsync();

    [Test]
    public async Task Stop_WithAnExchangeThatDoesNotEnd_EndsInOrderAllTheSame()
    {
        using var client = new HttpClient { BaseAddress = new Uri(Gateway.Address) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/gateway/raw/echo/events");
        request.Headers.Add("X-API-Key", Key);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).Should().Be("data: 1");

        await Gateway.Invoking(g => g.StopAsync()).Should().NotThrowAsync();

        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM platform.nodes")).Should().Be(0, "the others must not wait for it");
        (await Database.QueryScalarAsync<bool>($"SELECT last_used_at IS NOT NULL FROM access.api_keys WHERE name LIKE 'key-%'")).Should().BeTrue();
    }
}
