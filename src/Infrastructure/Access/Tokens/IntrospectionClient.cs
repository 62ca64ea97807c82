using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>What the endpoint says of a token.</summary>
/// <param name="Available">False: it did not say anything that can be used.</param>
/// <param name="Active">True: the token is good by its word.</param>
/// <param name="Payload">The whole answer, when active.</param>
/// <param name="Claims">The same, flattened, when active.</param>
internal readonly record struct Introspection(bool Available, bool Active, JsonElement Payload, TokenClaims? Claims)
{
    public static readonly Introspection Away;
    public static readonly Introspection Inactive = new(true, false, default, null);

    /// <summary>What was wrong with the answer; null for a proper one.</summary>
    public string? Problem { get; init; }
}

/// <summary>Asks an issuer about tokens (RFC 7662). Fails closed: no answer is no permission.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed partial class IntrospectionClient(
    IssuerTerms terms, string? secret, OutboundClient client, TokensOptions options, TimeProvider clock, ILogger logger)
#pragma warning restore CA1001
{
    // While the endpoint is away a question a second finds out that it is back; the other callers do not wait for it.
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(1);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly Uri _uri = new(terms.Definition.IntrospectionUrl!);
    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(options.TimeoutMilliseconds);
    private readonly SemaphoreSlim _questions = new(options.MaxIntrospections);
    private readonly Lock _gate = new();
    private SecretDigest? _failed; // The last token whose question failed; null once one was answered.
    private long _awayUntil;

    /// <summary>Why the last question was not answered; null when it was.</summary>
    public string? Problem { get; private set; }

    /// <summary>Asks about a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="evenIfAway">True: asks although the endpoint did not answer a moment ago.</param>
    public async Task<Introspection> AskAsync(string token, bool evenIfAway = false)
    {
        if ((!evenIfAway && clock.GetTimestamp() < Volatile.Read(ref _awayUntil)) || !await _questions.WaitAsync(_timeout))
        {
            return Introspection.Away;
        }

        var aboutUs = false;
        try
        {
            var answer = await PostAsync(token);
            aboutUs = answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests;
            var result = (int)answer.Status is >= 400 and < 500 && !aboutUs
                ? Introspection.Inactive with { Problem = $"introspection answered {(int)answer.Status}" }
                : Read(answer);
            lock (_gate)
            {
                _failed = null;
            }

            Problem = null;
            return result;
        }
        catch (OutboundException e)
        {
            PauseIfAway(token, aboutUs);
            if (Problem != e.Message)
            {
                LogAway(terms.Definition.Name, terms.IdText, e.Message);
            }

            Problem = e.Message;
            return Introspection.Away with { Problem = e.Message };
        }
        finally
        {
            _questions.Release();
        }
    }

    // One token may be what the endpoint fails over, and anybody can send such a one: two in a row mean that it is away.
    private void PauseIfAway(string token, bool aboutUs)
    {
        var digest = TokenCache.DigestOf(token);
        lock (_gate)
        {
            if (aboutUs || (_failed is { } before && before != digest))
            {
                Volatile.Write(ref _awayUntil, clock.GetTimestamp() + (long)(AwayPause.TotalSeconds * clock.TimestampFrequency));
            }

            _failed = digest;
        }
    }

    private async Task<OutboundAnswer> PostAsync(string token)
    {
        if (secret is null)
        {
            throw new OutboundException("the client secret cannot be opened; set it again");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _uri);
        request.Headers.Accept.ParseAdd("application/json");

        // Both parts are form-encoded before they are joined (RFC 6749 §2.3.1).
        var credentials = $"{Uri.EscapeDataString(terms.Definition.ClientId!)}:{Uri.EscapeDataString(secret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials)));
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("token", token), KeyValuePair.Create("token_type_hint", "access_token")]);
        return await client.SendAsync(request, _timeout, options.MaxAnswerKibibytes * 1024);
    }

    private static Introspection Read(OutboundAnswer answer)
    {
        if (answer.Status != HttpStatusCode.OK)
        {
            throw new OutboundException($"introspection answered {(int)answer.Status}");
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("active", out var active) || active.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                throw new OutboundException("introspection did not say whether the token is active");
            }

            return active.ValueKind == JsonValueKind.True && TokenClaims.Read(root) is { } claims
                ? new Introspection(true, true, root.Clone(), claims)
                : Introspection.Inactive;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new OutboundException("introspection did not answer with JSON", e);
        }
    }

    [LoggerMessage(2104, LogLevel.Warning, "Issuer '{Name}' ({Id}) cannot be asked about tokens: {Problem}. Its tokens are refused with 503 unless they are remembered.")]
    private partial void LogAway(string name, string id, string problem);
}
