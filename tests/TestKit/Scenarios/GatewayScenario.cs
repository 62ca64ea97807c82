using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;

namespace DataHub.TestKit.Scenarios;

/// <summary>Sets a gateway up through its own admin API, as an administrator would.</summary>
public sealed class GatewayScenario(TestGateway gateway, string adminKey)
{
    public TestGateway Gateway { get; } = gateway;

    public string AdminKey { get; } = adminKey;

    /// <summary>Completes the setup of a fresh gateway.</summary>
    public static async Task<GatewayScenario> SetUpAsync(TestGateway gateway)
    {
        var token = await gateway.PendingSetupTokenAsync();
        var answer = await gateway.Client.PostAsJsonAsync("/api/v1/setup", new { token });
        var body = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.Should().BeTrue(body);
        return new GatewayScenario(gateway, (string)JsonNode.Parse(body)!["secret"]!);
    }

    /// <summary>Sends an admin request.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, "/api/v1" + path);
        request.Headers.Add("X-API-Key", AdminKey);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = body as HttpContent ?? JsonContent.Create(body);
        }

        return Gateway.Client.SendAsync(request);
    }

    /// <summary>Creates a resource and hands out the whole answer.</summary>
    public async Task<JsonObject> CreateAsync(string path, object body)
    {
        var answer = await SendAsync(HttpMethod.Post, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).Should().Be(201, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    public async Task<string> AddUpstreamAsync(string name, params string[] urls) =>
        IdOf(await CreateAsync("/upstreams", new { name, destinations = urls.Select((url, i) => new { name = $"d{i + 1}", url }) }));

    public async Task<string> AddApiAsync(string slug, string? basePath = null) =>
        IdOf(await CreateAsync("/apis", basePath is null ? new { name = slug, slug } : (object)new { name = slug, slug, basePath }));

    public async Task<string> AddRouteAsync(string apiId, string upstreamId, JsonObject route)
    {
        route["apiId"] = apiId;
        route["upstreamId"] = upstreamId;
        route["name"] ??= "route-" + Guid.CreateVersion7().ToString("N")[20..];
        return IdOf(await CreateAsync("/routes", route));
    }

    public async Task<string> AddConsumerAsync(string name) => IdOf(await CreateAsync("/consumers", new { name, segment = "partner" }));

    /// <summary>Issues a key and hands out its id and secret.</summary>
    public async Task<(string Id, string Secret)> IssueKeyAsync(string consumerId, string[]? scopes = null, string? tierId = null, JsonObject? more = null)
    {
        var body = more ?? [];
        body["name"] ??= "key-" + Guid.CreateVersion7().ToString("N")[20..];
        body["consumerId"] = consumerId;
        if (scopes is not null)
        {
            body["scopes"] = new JsonArray([.. scopes.Select(s => (JsonNode)s)]);
        }

        if (tierId is not null)
        {
            body["tierId"] = tierId;
        }

        var answer = await CreateAsync("/keys", body);
        return (IdOf(answer), (string)answer["secret"]!);
    }

    /// <summary>The id of a seeded or created tier.</summary>
    public async Task<string> TierIdAsync(string name)
    {
        var answer = await SendAsync(HttpMethod.Get, "/tiers?limit=200");
        var tiers = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["data"]!.AsArray();
        return (string)tiers.Single(t => (string)t!["name"]! == name)!["id"]!;
    }

    /// <summary>The newest log entries once there are at least so many.</summary>
    public async Task<JsonArray> LogsAsync(string query, int atLeast)
    {
        JsonArray entries = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var answer = await SendAsync(HttpMethod.Get, "/logs?" + query);
                var text = await answer.Content.ReadAsStringAsync();
                answer.IsSuccessStatusCode.Should().BeTrue(text);
                entries = JsonNode.Parse(text)!["data"]!.AsArray();
                return entries.Count >= atLeast;
            },
            $"{atLeast} log entries for {query}");
        return entries;
    }

    public static string IdOf(JsonObject answer) => (string)answer["data"]!["id"]!;
}
