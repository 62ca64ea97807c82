using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.SingleSignOn;
using DataHub.Gateway.Api.Access.Sessions;

namespace DataHub.Gateway.Api.Access.SingleSignOn;

/// <summary>A sign-in at a provider that this browser began.</summary>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Challenge">What ties the answer to it.</param>
/// <param name="ReturnTo">Path to go to afterwards.</param>
/// <param name="ExpiresAt">Unix seconds after which it is too late.</param>
internal sealed record PendingSignIn(string Provider, SsoChallenge Challenge, string ReturnTo, long ExpiresAt);

/// <summary>
/// Keeps a pending sign-in in the browser, sealed: any node can finish it, and nobody can read or make one. One cookie for each, so that two windows do
/// not disturb each other. SameSite is Lax, since the provider's answer is a link from another site.
/// </summary>
internal static class SsoCookie
{
    private const string Prefix = "datahub-sso-";
    private const string Path = "/api/v1/auth/sso";
    private const int NameLength = 8;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);
    private static readonly byte[] Purpose = "pending single sign-on"u8.ToArray();

    /// <summary>Keeps one.</summary>
    public static void Write(HttpContext context, ISecretBox box, string provider, SsoChallenge challenge, string returnTo, DateTimeOffset now)
    {
        var pending = new PendingSignIn(provider, challenge, returnTo, (now + Life).ToUnixTimeSeconds());
        var value = Base64Url.EncodeToString(box.Seal(JsonSerializer.SerializeToUtf8Bytes(pending), Purpose));
        PersonCookies.Append(context, NameOf(challenge.State), value, Path, now + Life, SameSiteMode.Lax);
    }

    /// <summary>Takes the one that an answer belongs to, and makes the browser forget it.</summary>
    /// <returns>Null when this browser began none with this state, or too long ago.</returns>
    public static PendingSignIn? Take(HttpContext context, ISecretBox box, string provider, string? state, DateTimeOffset now)
    {
        if (state is not { Length: > NameLength and <= 100 } || !state.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            || PersonCookies.Read(context, NameOf(state)) is not { Length: <= 4096 } value)
        {
            return null;
        }

        PersonCookies.Append(context, NameOf(state), "", Path, DateTimeOffset.UnixEpoch, SameSiteMode.Lax);
        return Open(box, value) is { } pending && pending.Provider == provider && pending.ExpiresAt > now.ToUnixTimeSeconds()
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(pending.Challenge.State), Encoding.UTF8.GetBytes(state))
                ? pending
                : null;
    }

    private static PendingSignIn? Open(ISecretBox box, string value)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(value.Length)];
        try
        {
            return Base64Url.TryDecodeFromChars(value, bytes, out var length) && box.Open(bytes.AsSpan(0, length), Purpose) is { } content
                ? JsonSerializer.Deserialize<PendingSignIn>(content)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string NameOf(string state) => Prefix + state[..NameLength];
}
