using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Outbound;

namespace DataHub.Infrastructure.Webhooks.Sending;

/// <summary>
/// Fetches tokens for endpoints (OAuth 2.0 client credentials) through the same guard, and keeps them until a minute before their end. Attempts
/// that need one at the same time share one request; a failure is remembered for a moment, so that a backlog does not storm the token endpoint.
/// </summary>
internal sealed class EndpointTokens(WebhookHandlers handlers, TimeProvider clock) : IDisposable
{
    private const int MaxAnswer = 64 * 1024;
    private const int MaxKept = 10_000;
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UsualLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(5);

    private readonly OutboundClient _client = new(handlers.Create(), clock);
    private readonly ConcurrentDictionary<SubscriptionId, Kept> _kept = new();

    /// <summary>A token for an endpoint.</summary>
    /// <param name="id">The subscription.</param>
    /// <param name="terms">How to get it.</param>
    /// <param name="refused">A token that the endpoint did not take; null: none.</param>
    /// <param name="cancellationToken">Ends the wait, not the request, which others may wait for.</param>
    /// <exception cref="EndpointSignInException">There is none to be had.</exception>
    public async ValueTask<string> GetAsync(SubscriptionId id, EndpointAuthentication.ClientCredentials terms, string? refused, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_kept.TryGetValue(id, out var kept) && kept.Terms == terms && kept.IsUsable(now, refused))
        {
            return await kept.Token.WaitAsync(cancellationToken);
        }

        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        var fetch = new Kept(terms);
        var taken = kept is null ? _kept.GetOrAdd(id, fetch) : _kept.TryUpdate(id, fetch, kept) ? fetch : _kept.GetOrAdd(id, fetch);
        if (taken == fetch)
        {
            _ = FetchAsync(fetch);
        }

        return await taken.Token.WaitAsync(cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async Task FetchAsync(Kept kept)
    {
        try
        {
            var (token, life) = Read(await PostAsync(kept.Terms));
            kept.Bring(token, clock.GetUtcNow() + life - Reserve);
        }
        catch (Exception e)
        {
            kept.Fail(e as EndpointSignInException ?? new EndpointSignInException("No token could be had from the token endpoint.", e), clock.GetUtcNow() + FailurePause);
        }
    }

    private async Task<OutboundAnswer> PostAsync(EndpointAuthentication.ClientCredentials terms)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, terms.TokenUrl);
        request.Headers.Accept.ParseAdd("application/json");

        // Both parts are form-encoded before they are joined (RFC 6749 §2.3.1).
        var credentials = $"{Uri.EscapeDataString(terms.ClientId)}:{Uri.EscapeDataString(terms.ClientSecret.Value)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (!string.IsNullOrWhiteSpace(terms.Scope))
        {
            form.Add(new("scope", terms.Scope));
        }

        request.Content = new FormUrlEncodedContent(form);
        return await _client.SendAsync(request, FetchTimeout, MaxAnswer);
    }

    private static (string Token, TimeSpan Life) Read(OutboundAnswer answer)
    {
        if (answer.Status != HttpStatusCode.OK)
        {
            throw new EndpointSignInException($"The token endpoint answered {(int)answer.Status}.");
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            var token = root.GetProperty("access_token").GetString();
            var type = root.TryGetProperty("token_type", out var named) ? named.GetString() : "bearer";
            if (string.IsNullOrEmpty(token) || token.AsSpan().ContainsAnyExceptInRange('!', '~') || !string.Equals(type, "bearer", StringComparison.OrdinalIgnoreCase))
            {
                throw new EndpointSignInException("The token endpoint gave no bearer token.");
            }

            return (token, LifeOf(root));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new EndpointSignInException("The token endpoint gave no token.", e);
        }
    }

    // Some send the number as a text.
    private static TimeSpan LifeOf(JsonElement root) =>
        root.TryGetProperty("expires_in", out var given)
        && double.TryParse(given.ValueKind == JsonValueKind.String ? given.GetString() : given.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is >= 0 and <= 31_536_000
            ? TimeSpan.FromSeconds(seconds)
            : UsualLife;

    private sealed class Kept(EndpointAuthentication.ClientCredentials terms)
    {
        private readonly TaskCompletionSource<string> _token = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _until = long.MaxValue;

        public EndpointAuthentication.ClientCredentials Terms => terms;

        public Task<string> Token => _token.Task;

        public bool IsUsable(DateTimeOffset now, string? refused) =>
            now.UtcTicks < Volatile.Read(ref _until) && !(refused is not null && _token.Task is { IsCompletedSuccessfully: true, Result: var token } && token == refused);

        public void Bring(string token, DateTimeOffset until)
        {
            Volatile.Write(ref _until, until.UtcTicks);
            _token.SetResult(token);
        }

        public void Fail(EndpointSignInException reason, DateTimeOffset until)
        {
            Volatile.Write(ref _until, until.UtcTicks);
            _token.SetException(reason);
            _ = _token.Task.Exception;
        }
    }
}
