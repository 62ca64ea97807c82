using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DataHub.Bench.Runner.Systems;

/// <summary>Gives a fresh DataHub its administrator, one tier of two limits, one key with one scope, and one route, through its own API.</summary>
internal sealed class DataHubSetup(HttpClient http, Uri address)
{
    // High enough that nothing is refused: what is measured is the price of counting.
    private const long Minute = 1_000_000_000;
    private const long Burst = 100_000_000;
    private const string Scope = "orders:read";

    private string? _adminKey;

    /// <summary>Runs all of it.</summary>
    /// <returns>The secret of the key for the load.</returns>
    public async Task<string> RunAsync(string token, int upstreamPort, CancellationToken cancellationToken)
    {
        _adminKey = (string)(await PostAsync("setup", new { token }, cancellationToken))["secret"]!;
        var tier = await CreateAsync(
            "tiers",
            new
            {
                name = "bench",
                limits = new object[]
                {
                    new { name = "minute", limit = Minute, windowSeconds = 60, algorithm = "sliding-window", by = "key" },
                    new { name = "burst", limit = Burst, windowSeconds = 1, algorithm = "token-bucket", by = "key" },
                },
            },
            cancellationToken);
        var consumer = await CreateAsync("consumers", new { name = "bench", segment = "partner" }, cancellationToken);
        var upstream = await CreateAsync(
            "upstreams",
            new { name = "orders", destinations = new[] { new { name = "one", url = $"http://127.0.0.1:{upstreamPort}/" } } },
            cancellationToken);
        var api = await CreateAsync("apis", new { name = "Orders", slug = "orders" }, cancellationToken);
        await CreateAsync(
            $"apis/{api}/routes",
            new { name = "all", path = "/{**rest}", upstreamId = upstream, requiredScopes = new[] { Scope } },
            cancellationToken);
        var key = await PostAsync("keys", new { name = "bench", consumerId = consumer, tierId = tier, scopes = new[] { Scope } }, cancellationToken);
        return (string)key["secret"]!;
    }

    private async Task<string> CreateAsync(string resource, object body, CancellationToken cancellationToken) =>
        (string)(await PostAsync(resource, body, cancellationToken))["data"]!["id"]!;

    private async Task<JsonNode> PostAsync(string resource, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "api/v1/" + resource)) { Content = JsonContent.Create(body) };
        if (_adminKey is not null)
        {
            request.Headers.Add("X-API-Key", _adminKey);
        }

        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new BenchException($"POST /api/v1/{resource} was refused with {(int)response.StatusCode}: {text}");
    }
}
