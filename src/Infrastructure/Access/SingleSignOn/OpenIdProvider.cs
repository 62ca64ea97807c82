using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.SingleSignOn;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Access.SingleSignOn;

/// <summary>One provider: the code flow of OpenID Connect Core §3.1 with PKCE, state and nonce.</summary>
internal sealed class OpenIdProvider
{
    public const int MaxSubjectLength = 255;

    private readonly string _name;
    private readonly SsoProviderOptions _options;
    private readonly Uri _redirect;
    private readonly TokensOptions _limits;
    private readonly OutboundClient _outbound;
    private readonly TimeProvider _clock;
    private readonly IssuerTerms _terms;
    private readonly KeySetSource _keys;
    private readonly ProviderMetadataSource _metadata;

    public OpenIdProvider(
        string name, SsoProviderOptions options, Uri redirect, TokensOptions limits, IKeySetFetcher fetcher, OutboundClient outbound, TimeProvider clock, ILogger logger)
    {
        (_name, _options, _redirect, _limits, _outbound, _clock) = (name, options, redirect, limits, outbound, clock);
        var definition = new IssuerDefinition(name, options.Authority, Audiences: [options.ClientId], Algorithms: SignatureAlgorithms.All, RequiredClaims: ["sub", "iat"]);
        _terms = new IssuerTerms(new IssuerDocument(default, definition, null));
        _keys = new KeySetSource(_terms, fetcher, NoKeySetStore.Instance, limits, clock, logger);
        _metadata = new ProviderMetadataSource(options.Authority, outbound, limits, clock, logger);
    }

    /// <summary>The provider's page for signing in.</summary>
    public async Task<Uri> AuthorizeAsync(SsoChallenge challenge)
    {
        var metadata = await MetadataAsync();
        var query = new Dictionary<string, string>
        {
            ["response_type"] = "code",
            ["client_id"] = _options.ClientId,
            ["redirect_uri"] = _redirect.OriginalString,
            ["scope"] = _options.Scopes,
            ["state"] = challenge.State,
            ["nonce"] = challenge.Nonce,
            ["code_challenge"] = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(challenge.Verifier))),
            ["code_challenge_method"] = "S256",
        };
        var text = string.Join('&', query.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        var endpoint = metadata.AuthorizationEndpoint.AbsoluteUri;
        return new Uri($"{endpoint}{(endpoint.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{text}");
    }

    /// <summary>Redeems a code and verifies what comes back.</summary>
    public async Task<SsoIdentity> RedeemAsync(string code, string? issuer, SsoChallenge challenge)
    {
        var metadata = await MetadataAsync();

        // With several providers one of them could pass off another's answer as its own (RFC 9207).
        if (issuer is null ? metadata.NamesIssuer : issuer != _options.Authority)
        {
            throw Failed("The answer is not from the identity provider that was asked.");
        }

        using var answer = await ExchangeAsync(metadata, code, challenge);
        var claims = await VerifyAsync(Text(answer.RootElement, "id_token") ?? throw Failed("The identity provider sent no ID token."), challenge);
        var subject = claims.Single("sub")!;
        var more = await MoreAsync(metadata, Text(answer.RootElement, "access_token"), subject, claims);
        return Describe(subject, claims, more);
    }

    private SsoIdentity Describe(string subject, TokenClaims claims, TokenClaims? more)
    {
        var email = One("email");
        var verified = _options.TrustEmail || One("email_verified") == "true";
        var groups = claims.Words(_options.GroupsClaim) is { Count: > 0 } own ? own : more?.Words(_options.GroupsClaim) ?? [];
        return new SsoIdentity(_options.Authority, subject, verified ? email : null, One("name") ?? One("preferred_username"), groups);

        string? One(string name) => claims.Single(name) ?? more?.Single(name);
    }

    // Verified like any other token: algorithm, signature, issuer, audience and times; then what ties it to this sign-in.
    private async Task<TokenClaims> VerifyAsync(string text, SsoChallenge challenge)
    {
        if (text.Length > _limits.MaxLength || CompactToken.Read(text, out var token) is not null)
        {
            throw Failed("The ID token cannot be read.");
        }

        var (status, _) = await _keys.CheckAsync(token!, _terms) ?? throw Unavailable(_keys.Problem);
        if (status != SignatureStatus.Good)
        {
            throw Failed("The ID token is not signed by the identity provider.");
        }

        var verdict = ClaimCheck.Decide(_terms, token!.Payload, token.Claims, _clock.GetUtcNow());
        if (verdict.Reason is { } reason)
        {
            throw Failed("The ID token is not good: " + reason);
        }

        var claims = token.Claims;
        var nonce = Encoding.UTF8.GetBytes(claims.Single("nonce") ?? "");
        if (!CryptographicOperations.FixedTimeEquals(nonce, Encoding.UTF8.GetBytes(challenge.Nonce)))
        {
            throw Failed("The ID token belongs to another sign-in.");
        }

        // OpenID Connect Core §3.1.3.7, 4 and 5: a token for several names the one that asked.
        var several = claims.TryGet("aud", out var audiences) && audiences.Values.Length > 1;
        if (claims.Single("azp") is { } party ? party != _options.ClientId : several)
        {
            throw Failed("The ID token was made for another client.");
        }

        return claims.Single("sub") is { Length: > 0 and <= MaxSubjectLength } subject && !subject.Any(char.IsControl) ? claims : throw Failed("The ID token names nobody.");
    }

    private async Task<JsonDocument> ExchangeAsync(ProviderMetadata metadata, string code, SsoChallenge challenge)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = _redirect.OriginalString,
            ["code_verifier"] = challenge.Verifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, metadata.TokenEndpoint);
        request.Headers.Accept.ParseAdd("application/json");
        if (_options.ClientSecret.Length > 0 && metadata.TakesBasic)
        {
            // Both parts are form-encoded before they are joined (RFC 6749 §2.3.1).
            var credentials = $"{Uri.EscapeDataString(_options.ClientId)}:{Uri.EscapeDataString(_options.ClientSecret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
        }
        else
        {
            form["client_id"] = _options.ClientId;
            if (_options.ClientSecret.Length > 0)
            {
                form["client_secret"] = _options.ClientSecret;
            }
        }

        request.Content = new FormUrlEncodedContent(form);
        var answer = await SendAsync(request);
        return answer.Status switch
        {
            HttpStatusCode.OK => Parse(answer.Body),
            HttpStatusCode.BadRequest => throw Failed("The identity provider does not take the code: it was used, has expired, or belongs to another sign-in."),
            HttpStatusCode.Unauthorized => throw Unavailable("it does not take the client id and secret"),
            _ => throw Unavailable($"the token endpoint answered {(int)answer.Status}"),
        };
    }

    // Many providers keep the ID token small and tell the rest at another place (OpenID Connect Core §5.3).
    private async Task<TokenClaims?> MoreAsync(ProviderMetadata metadata, string? accessToken, string subject, TokenClaims claims)
    {
        if (metadata.UserInfoEndpoint is not { } endpoint || accessToken is null || (claims.Single("email") is not null && claims.TryGet(_options.GroupsClaim, out _)))
        {
            return null;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, endpoint);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        var answer = await SendAsync(request);
        if (answer.Status != HttpStatusCode.OK)
        {
            throw Unavailable($"the userinfo endpoint answered {(int)answer.Status}");
        }

        using var document = Parse(answer.Body);
        var more = TokenClaims.Read(document.RootElement);
        return more?.Single("sub") == subject ? more : throw Failed("The identity provider tells of somebody else.");
    }

    private async Task<ProviderMetadata> MetadataAsync()
    {
        try
        {
            return await _metadata.GetAsync();
        }
        catch (OutboundException e)
        {
            throw Unavailable(e.Message);
        }
    }

    private async Task<OutboundAnswer> SendAsync(HttpRequestMessage request)
    {
        try
        {
            return await _outbound.SendAsync(request, TimeSpan.FromMilliseconds(_limits.TimeoutMilliseconds), _limits.MaxAnswerKibibytes * 1024);
        }
        catch (OutboundException e)
        {
            throw Unavailable(e.Message);
        }
    }

    private JsonDocument Parse(byte[] body)
    {
        try
        {
            var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new JsonException();
        }
        catch (JsonException)
        {
            throw Unavailable("its answer is not a JSON object");
        }
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DomainException Failed(string detail) => new(SsoErrors.Failed, detail);

    // Host names and addresses are for the log of the operator, not for whoever tries to sign in.
    private DomainException Unavailable(string? reason)
    {
        _metadata.Note(_name, reason);
        return new DomainException(SsoErrors.Unavailable, $"The identity provider '{_name}' cannot be used at the moment; try again shortly.");
    }
}
