using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DataHub.TestKit.Fixtures;

/// <summary>Calls a gateway as a person, or as nobody: with the headers that are given and nothing of its own, cookies included.</summary>
public sealed class PersonClient : IDisposable
{
    private readonly HttpClient _http;

    public PersonClient(TestGateway gateway) =>
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(gateway.Address) };

    /// <summary>Headers of every request.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>Signs in, and sends the access token from then on.</summary>
    public async Task<Answer> SignInAsync(string email, string password, object? more = null)
    {
        var body = more is null ? [] : JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(more))!.AsObject();
        (body["email"], body["password"]) = (email, password);
        var answer = await PostAsync("/api/v1/auth/login", body);
        if (answer.Body["data"]?["accessToken"] is { } token)
        {
            Headers["Authorization"] = "Bearer " + token;
        }

        return answer;
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string path, object? body = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Delete, path, null, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        foreach (var (name, value) in Headers.Select(h => (h.Key, h.Value)).Concat(headers))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request);
        var content = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode,
            content.Length == 0 ? [] : JsonNode.Parse(content)!.AsObject(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public void Dispose() => _http.Dispose();
}
