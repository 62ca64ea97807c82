using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace DataHub.Application.Observability.Telemetry;

/// <summary>Takes secrets out of what goes into logs. Allocates nothing when there is nothing to take out.</summary>
public static class Redaction
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Mark = "[redacted]";

    private const int MaxNameLength = 64;

    // Compared without case, '-', '_' and '.', so that api_key, Api-Key and apiKey are one.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> SecretNames = new[]
    {
        "key", "apikey", "xapikey", "subscriptionkey", "accesskey", "token", "accesstoken", "refreshtoken", "idtoken", "authtoken", "secret", "clientsecret",
        "password", "passwd", "pwd", "signature", "sig", "code", "auth", "authorization", "credential", "credentials", "jwt", "assertion", "clientassertion", "xamzsignature", "xamzsecuritytoken",
        "xamzcredential", "xgoogsignature", "sessionid", "session",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<string> KeyMarks = SearchValues.Create(["dh_live_", "dh_test_", "dh_admin_"], StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<char> Encoded = SearchValues.Create("%+");

    /// <summary>A query with the values of secret parameters, and any value that holds a DataHub key, replaced by <see cref="Mark"/>.</summary>
    /// <param name="query">The query as received, with or without the question mark.</param>
    /// <returns>The same instance when nothing was replaced.</returns>
    public static string Query(string query)
    {
        var start = query.StartsWith('?') ? 1 : 0;
        var anyKey = HoldsKey(query);
        StringBuilder? result = null;
        var copied = 0;
        for (var at = start; at < query.Length;)
        {
            var end = query.AsSpan(at).IndexOfAny('&', ';') is var stop and >= 0 ? at + stop : query.Length;
            var pair = query.AsSpan(at, end - at);
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            var keep = anyKey && HoldsKey(name) ? at
                : equals >= 0 && equals + 1 < pair.Length && (IsSecretName(name) || (anyKey && HoldsKey(pair[(equals + 1)..]))) ? at + equals + 1
                : -1;
            if (keep >= 0)
            {
                result ??= new StringBuilder(query.Length);
                result.Append(query, copied, keep - copied).Append(Mark);
                copied = end;
            }

            at = end + 1;
        }

        return result is null ? query : result.Append(query, copied, query.Length - copied).ToString();
    }

    /// <summary>A path in which every segment that holds a DataHub key is replaced by <see cref="Mark"/>.</summary>
    /// <param name="path">The path as received.</param>
    /// <returns>The same instance when nothing was replaced.</returns>
    public static string Path(string path)
    {
        if (!HoldsKey(path))
        {
            return path;
        }

        // Rare, and worth the simplest code there is.
        return string.Join('/', path.Split('/').Select(segment => HoldsKey(segment) ? Mark : segment));
    }

    /// <summary>Whether a text holds what looks like a DataHub key, percent-encoded or not.</summary>
    /// <param name="text">Any text.</param>
    public static bool HoldsKey(ReadOnlySpan<char> text)
    {
        if (text.Length < "dh_live_".Length)
        {
            return false;
        }

        return text.ContainsAny(KeyMarks) || (text.Contains('%') && Decode(text).AsSpan().ContainsAny(KeyMarks));
    }

    private static bool IsSecretName(ReadOnlySpan<char> name)
    {
        if (name.ContainsAny(Encoded))
        {
            name = Decode(name);
        }

        if (name.Length is 0 or > MaxNameLength)
        {
            return false;
        }

        Span<char> plain = stackalloc char[MaxNameLength];
        var length = 0;
        foreach (var c in name)
        {
            if (c is not ('-' or '_' or '.'))
            {
                plain[length++] = char.ToLowerInvariant(c);
            }
        }

        var known = plain[..length];
        return SecretNames.Contains(known)
            || known.EndsWith("password") || known.EndsWith("secret") || known.EndsWith("apikey") || known.EndsWith("accesstoken");
    }

    // Twice, because an upstream may decode twice.
    private static string Decode(ReadOnlySpan<char> text) => Uri.UnescapeDataString(Uri.UnescapeDataString(text.ToString()));
}
