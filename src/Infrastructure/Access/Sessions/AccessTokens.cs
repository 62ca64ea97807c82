using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Sessions;

/// <summary>
/// Access tokens of people: JWTs in the form of RFC 9068, signed with ES256. Read by the letter: one algorithm, one type, three parts, a key id that is
/// ours. What the header says beside that (<c>jku</c>, <c>jwk</c>, <c>x5u</c>) is not looked at, and <c>crit</c> is refused (RFC 7515 §4.1.11).
/// </summary>
internal sealed class AccessTokens(SigningKeyRing keys, TimeProvider clock, IOptions<SessionsOptions> options) : IAccessTokens
{
    public const string Name = AccessTokenForm.Issuer;

    private const string Algorithm = "ES256";
    private const string Type = "at+jwt";
    private const int MaxLength = 2048;
    private const int SignatureLength = 64;

    // at+jwt as it is written, without an escape for the plus.
    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60); // Nodes whose clocks differ.
    private static readonly AccessTokenReading Invalid = new(AccessTokenVerdict.Invalid, default);

    public async Task<AccessToken> IssueAsync(UserId userId, SessionId session, CancellationToken cancellationToken)
    {
        var key = await keys.CurrentAsync(cancellationToken);
        var issuedAt = clock.GetUtcNow().ToUnixTimeSeconds();
        var expiresAt = issuedAt + (options.Value.AccessTokenMinutes * 60);
        var header = Encode(json =>
        {
            json.WriteString("alg", Algorithm);
            json.WriteString("typ", Type);
            json.WriteString("kid", key.Kid);
        });
        var payload = Encode(json =>
        {
            json.WriteString("iss", Name);
            json.WriteString("aud", Name);
            json.WriteString("sub", userId.ToString());
            json.WriteString("sid", session.ToString());
            json.WriteNumber("iat", issuedAt);
            json.WriteNumber("exp", expiresAt);
        });
        var content = $"{header}.{payload}";
        var token = $"{content}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(content)))}";
        return new AccessToken(new ClearSecret(token), DateTimeOffset.FromUnixTimeSeconds(expiresAt));
    }

    public async ValueTask<AccessTokenReading> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > MaxLength || token.Split('.') is not [var header, var payload, var signature] || KidOf(header) is not { } kid
            || Decode(signature) is not { Length: SignatureLength } signed)
        {
            return Invalid;
        }

        return await keys.FindAsync(kid, cancellationToken) is { } key && key.Verify(Encoding.ASCII.GetBytes(token, 0, header.Length + 1 + payload.Length), signed)
            ? ReadPayload(payload)
            : Invalid;
    }

    // The algorithm is settled before there is any talk of keys and signatures.
    private static string? KidOf(string header)
    {
        using var json = Parse(header);
        return json?.RootElement is { ValueKind: JsonValueKind.Object } root
            && Text(root, "alg") == Algorithm && Text(root, "typ") == Type && !root.TryGetProperty("crit", out _)
            ? Text(root, "kid")
            : null;
    }

    private AccessTokenReading ReadPayload(string payload)
    {
        using var json = Parse(payload);
        if (json?.RootElement is not { ValueKind: JsonValueKind.Object } root || Text(root, "iss") != Name || Text(root, "aud") != Name
            || Number(root, "exp") is not { } expires || Number(root, "iat") is not { } issued || !EntityId.TryParse<SessionId>(Text(root, "sid"), out var session))
        {
            return Invalid;
        }

        var now = clock.GetUtcNow();
        return issued > (now + Skew).ToUnixTimeSeconds() ? Invalid
            : expires <= now.ToUnixTimeSeconds() ? new AccessTokenReading(AccessTokenVerdict.Expired, session)
            : new AccessTokenReading(AccessTokenVerdict.Good, session);
    }

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }

    private static JsonDocument? Parse(string part)
    {
        try
        {
            return Decode(part) is { } bytes ? JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 }) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decode(string part)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        return Base64Url.DecodeFromUtf8(Encoding.UTF8.GetBytes(part), bytes, out _, out var written) == OperationStatus.Done && !part.Contains('=', StringComparison.Ordinal)
            ? bytes[..written]
            : null;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
