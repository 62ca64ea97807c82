using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DataHub.Application.Access.Setup;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.TestKit.Fixtures;

/// <summary>Calls the admin API of a gateway as its first administrator.</summary>
public sealed class AdminClient : IDisposable
{
    private AdminClient(HttpClient http, string secret) => (Http, Secret) = (http, secret);

    public HttpClient Http { get; }

    /// <summary>The admin key.</summary>
    public string Secret { get; }

    /// <summary>Completes setup with the token that the gateway would print.</summary>
    public static async Task<AdminClient> SetUpAsync(TestGateway gateway)
    {
        var token = await gateway.Services.GetRequiredService<ISetupToken>().GetPendingAsync(CancellationToken.None);
        return await SetUpAsync(gateway.Address, token!);
    }

    /// <summary>Completes the setup of a gateway at an address with the token that it printed.</summary>
    public static async Task<AdminClient> SetUpAsync(string address, string token)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        using var answer = await http.PostAsJsonAsync("/api/v1/setup", new { token });
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return As(address, (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["secret"]!);
    }

    /// <summary>Calls with a key that exists.</summary>
    public static AdminClient As(TestGateway gateway, string secret) => As(gateway.Address, secret);

    /// <summary>The same for a gateway at an address.</summary>
    public static AdminClient As(string address, string secret)
    {
        var http = new HttpClient { BaseAddress = new Uri(address) };
        http.DefaultRequestHeaders.Add("X-API-Key", secret);
        return new AdminClient(http, secret);
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var content = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode,
            content.Length > 0 && response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json" ? JsonNode.Parse(content)!.AsObject() : [],
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object? body = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Answer> PutAsync(string path, object body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, body, headers);

    public Task<Answer> PatchAsync(string path, object body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Patch, path, body, headers);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Delete, path, null, headers);

    public void Dispose() => Http.Dispose();
}

/// <summary>An answer of the admin API.</summary>
public sealed record Answer(HttpStatusCode Status, JsonObject Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonObject Data => Body["data"]!.AsObject();

    public string Id => (string)Data["id"]!;

    /// <summary>The code of a problem.</summary>
    public string? Code => (string?)Body["code"];

    /// <summary>The fields that a problem blames.</summary>
    public IReadOnlyList<string> Pointers => [.. (Body["errors"] as JsonArray ?? []).Select(e => (string)e!["pointer"]!)];

    public string ETag => Headers["ETag"];

    public Answer Is(HttpStatusCode status)
    {
        Status.Should().Be(status, Body.ToJsonString());
        return this;
    }
}
