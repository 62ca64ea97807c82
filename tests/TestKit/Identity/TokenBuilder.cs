using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace DataHub.TestKit.Identity;

/// <summary>A token, good by default: of <c>https://id.example</c> for <c>gateway</c>, issued at noon for ten minutes. Every part can be made bad.</summary>
public sealed class TokenBuilder
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public TokenBuilder(SigningKey key, DateTimeOffset? now = null)
    {
        Key = key;
        Header = new JsonObject { ["alg"] = key.Algorithm, ["typ"] = "at+jwt" };
        if (key.KeyId is not null)
        {
            Header["kid"] = key.KeyId;
        }

        var seconds = (now ?? Noon).ToUnixTimeSeconds();
        Claims = new JsonObject
        {
            ["iss"] = "https://id.example", ["aud"] = "gateway", ["sub"] = "alice", ["iat"] = seconds, ["exp"] = seconds + 600,
        };
    }

    public SigningKey Key { get; }

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    public TokenBuilder With(string claim, JsonNode? value)
    {
        Claims[claim] = value;
        return this;
    }

    public TokenBuilder Without(string claim)
    {
        Claims.Remove(claim);
        return this;
    }

    public TokenBuilder WithHeader(string name, JsonNode? value)
    {
        Header[name] = value;
        return this;
    }

    public string Build() => Sign(Header.ToJsonString(), Claims.ToJsonString(), Key);

    /// <summary>A token over texts that need not be JSON.</summary>
    public static string Sign(string header, string claims, SigningKey key)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(signed))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
