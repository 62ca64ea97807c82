using System.Buffers.Text;
using System.Text;

namespace DataHub.Application.Access.Sessions;

/// <summary>How an access token of the gateway looks, without a look at its signature.</summary>
public static class AccessTokenForm
{
    /// <summary>Issuer and audience.</summary>
    public const string Issuer = "datahub";

    // The payload begins with them; as base64url in whole groups of three bytes, whatever follows.
    private static readonly string Start = StartOf($"{{\"iss\":\"{Issuer}\",\"aud\":\"{Issuer}\",");

    /// <summary>Whether a token says that the gateway has issued it.</summary>
    /// <param name="token">A bearer token.</param>
    public static bool IsGateways(ReadOnlySpan<char> token) =>
        token.IndexOf('.') is var dot and > 0 && token[(dot + 1)..].StartsWith(Start, StringComparison.Ordinal);

    private static string StartOf(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return Base64Url.EncodeToString(bytes.AsSpan(0, bytes.Length / 3 * 3));
    }
}
