using System.Net;
using System.Text.Json;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Access.SingleSignOn;

/// <summary>What a provider says of itself.</summary>
/// <param name="AuthorizationEndpoint">Where people sign in.</param>
/// <param name="TokenEndpoint">Where codes are redeemed.</param>
/// <param name="UserInfoEndpoint">Where more is told of a person; null for nowhere.</param>
/// <param name="TakesBasic">True when the client proves itself by HTTP Basic.</param>
/// <param name="NamesIssuer">True when its answers say from whom they are (RFC 9207).</param>
internal sealed record ProviderMetadata(Uri AuthorizationEndpoint, Uri TokenEndpoint, Uri? UserInfoEndpoint, bool TakesBasic, bool NamesIssuer);

/// <summary>Reads the discovery document of a provider (OpenID Connect Discovery §4), at most once in a while; the last good one is used while the provider is away.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed partial class ProviderMetadataSource(string authority, OutboundClient outbound, TokensOptions limits, TimeProvider clock, ILogger logger)
#pragma warning restore CA1001
{
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1);
    private ProviderMetadata? _current;
    private long _readAt;
    private long _failedAt = long.MinValue;
    private string? _noted;

    /// <summary>The document.</summary>
    /// <exception cref="OutboundException">There is none that may be used.</exception>
    public async Task<ProviderMetadata> GetAsync()
    {
        if (IsFresh())
        {
            return _current!;
        }

        await _gate.WaitAsync();
        try
        {
            return IsFresh() ? _current! : await ReadAgainAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Logs why the provider cannot be used, once for each reason.</summary>
    public void Note(string name, string? reason)
    {
        if (Interlocked.Exchange(ref _noted, reason) != reason && reason is not null)
        {
            LogAway(name, reason);
        }
    }

    private bool IsFresh() => _current is not null && clock.GetElapsedTime(_readAt) < TimeSpan.FromSeconds(limits.RefreshSeconds);

    private async Task<ProviderMetadata> ReadAgainAsync()
    {
        var usable = _current is not null && clock.GetElapsedTime(_readAt) < limits.MaxStale;
        if (usable && _failedAt != long.MinValue && clock.GetElapsedTime(_failedAt) < FailurePause)
        {
            return _current!;
        }

        try
        {
            var read = await ReadAsync();
            (_current, _readAt, _noted) = (read, clock.GetTimestamp(), null);
            return read;
        }
        catch (OutboundException) when (usable)
        {
            _failedAt = clock.GetTimestamp();
            return _current!;
        }
    }

    private async Task<ProviderMetadata> ReadAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, authority.TrimEnd('/') + "/.well-known/openid-configuration");
        request.Headers.Accept.ParseAdd("application/json");
        var answer = await outbound.SendAsync(request, TimeSpan.FromMilliseconds(limits.TimeoutMilliseconds), limits.MaxAnswerKibibytes * 1024);
        if (answer.Status != HttpStatusCode.OK)
        {
            throw new OutboundException($"discovery answered {(int)answer.Status}");
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "issuer") != authority)
            {
                throw new OutboundException("the discovery document is of another issuer");
            }

            return new ProviderMetadata(
                Endpoint(root, "authorization_endpoint") ?? throw new OutboundException("the discovery document names no authorization_endpoint that may be used"),
                Endpoint(root, "token_endpoint") ?? throw new OutboundException("the discovery document names no token_endpoint that may be used"),
                Endpoint(root, "userinfo_endpoint"),
                TakesBasic(root),
                root.TryGetProperty("authorization_response_iss_parameter_supported", out var names) && names.ValueKind == JsonValueKind.True);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new OutboundException("the discovery document is not JSON", e);
        }
    }

    // What began under TLS stays under TLS.
    private Uri? Endpoint(JsonElement root, string name) =>
        Uri.TryCreate(Text(root, name), UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && authority.StartsWith("http:", StringComparison.OrdinalIgnoreCase)))
            ? uri
            : null;

    // The default of the specification when nothing is said.
    private static bool TakesBasic(JsonElement root) =>
        !root.TryGetProperty("token_endpoint_auth_methods_supported", out var methods) || methods.ValueKind != JsonValueKind.Array
        || methods.EnumerateArray().Any(m => m.ValueKind == JsonValueKind.String && m.GetString() == "client_secret_basic");

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(2037, LogLevel.Warning, "Nobody can sign in with identity provider '{Name}': {Reason}.")]
    private partial void LogAway(string name, string reason);
}
