using System.Text.Json;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Tokens;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>Downloads the keys of an issuer.</summary>
internal interface IKeySetFetcher
{
    /// <summary>The key set as the issuer publishes it now.</summary>
    /// <param name="issuer">The issuer.</param>
    /// <returns>JSON.</returns>
    /// <exception cref="OutboundException">It could not be had.</exception>
    Task<byte[]> FetchAsync(IssuerDefinition issuer);
}

/// <summary>Downloads over HTTP: the key set, and before it the discovery document where the issuer has one.</summary>
internal sealed class KeySetFetcher(OutboundClient client, IOptions<TokensOptions> options) : IKeySetFetcher
{
    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(options.Value.TimeoutMilliseconds);
    private readonly int _maxBytes = options.Value.MaxAnswerKibibytes * 1024;

    public async Task<byte[]> FetchAsync(IssuerDefinition issuer)
    {
        var keys = issuer.Kind == IssuerKind.Jwks ? new Uri(issuer.JwksUrl!) : await DiscoverAsync(issuer.Issuer);
        var answer = await GetAsync(keys);
        return answer.Status == System.Net.HttpStatusCode.OK ? answer.Body : throw new OutboundException($"the key set answered {(int)answer.Status}");
    }

    // OpenID Connect Discovery §4 appends to the issuer; RFC 8414 §3 puts the well-known part before the path.
    private async Task<Uri> DiscoverAsync(string issuer)
    {
        var answer = await GetAsync(new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration"));
        if (answer.Status == System.Net.HttpStatusCode.NotFound)
        {
            var uri = new Uri(issuer);
            answer = await GetAsync(new Uri(uri, "/.well-known/oauth-authorization-server" + (uri.AbsolutePath == "/" ? "" : uri.AbsolutePath.TrimEnd('/'))));
        }

        if (answer.Status != System.Net.HttpStatusCode.OK)
        {
            throw new OutboundException($"discovery answered {(int)answer.Status}");
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;

            // Another issuer's document would hand out another issuer's keys (OpenID Connect Discovery §4.3, RFC 8414 §3.3).
            if (root.ValueKind != JsonValueKind.Object || Text(root, "issuer") != issuer)
            {
                throw new OutboundException("the discovery document is of another issuer");
            }

            return Uri.TryCreate(Text(root, "jwks_uri"), UriKind.Absolute, out var keys) && IsAllowed(new Uri(issuer), keys)
                ? keys
                : throw new OutboundException("the discovery document names no jwks_uri that may be used");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new OutboundException("the discovery document is not JSON", e);
        }
    }

    // What began under TLS stays under TLS.
    private static bool IsAllowed(Uri issuer, Uri keys) =>
        keys.Scheme == Uri.UriSchemeHttps || (keys.Scheme == Uri.UriSchemeHttp && issuer.Scheme == Uri.UriSchemeHttp);

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task<OutboundAnswer> GetAsync(Uri uri)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Accept.ParseAdd("application/json");
        return await client.SendAsync(request, _timeout, _maxBytes);
    }
}
