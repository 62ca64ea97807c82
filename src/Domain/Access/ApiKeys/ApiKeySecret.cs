namespace DataHub.Domain.Access.ApiKeys;

/// <summary>What is kept of a secret that was just made.</summary>
/// <param name="Digest">Its keyed digest.</param>
/// <param name="PepperVersion">The pepper of the digest.</param>
/// <param name="Prefix">The readable start, such as <c>dh_live_9fK2</c>.</param>
/// <param name="Last4">The readable end.</param>
public sealed record SecretFingerprint(SecretDigest Digest, int PepperVersion, string Prefix, string Last4);

/// <summary>One secret of a key. A key has one, or more while a rotation overlaps.</summary>
public sealed class ApiKeySecret
{
    internal ApiKeySecret(int version, SecretFingerprint fingerprint, DateTimeOffset createdAt)
    {
        Version = version;
        Digest = fingerprint.Digest;
        PepperVersion = fingerprint.PepperVersion;
        Prefix = fingerprint.Prefix;
        Last4 = fingerprint.Last4;
        CreatedAt = createdAt;
    }

    private ApiKeySecret() => (Prefix, Last4) = ("", "");

    /// <summary>Counts the secrets of the key, from 1.</summary>
    public int Version { get; private set; }

    /// <summary>The keyed digest.</summary>
    public SecretDigest Digest { get; private set; }

    /// <summary>The pepper of the digest.</summary>
    public int PepperVersion { get; private set; }

    /// <summary>The readable start.</summary>
    public string Prefix { get; private set; }

    /// <summary>The readable end.</summary>
    public string Last4 { get; private set; }

    /// <summary>UTC instant at which it was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>UTC instant from which it is refused; null for as long as the key lives.</summary>
    public DateTimeOffset? NotAfter { get; private set; }

    /// <summary>UTC instant at which it was withdrawn before its time; null for never.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>UTC instant at which another secret took its place, or its schedule said that it was due; null while it is the current one.</summary>
    public DateTimeOffset? ReplacedAt { get; private set; }

    /// <summary>Whether the secret itself is accepted, whatever the key's state.</summary>
    /// <param name="now">UTC instant.</param>
    public bool IsAcceptedAt(DateTimeOffset now) => RevokedAt is null && !(NotAfter <= now);

    // An end that stands already is only ever moved closer.
    internal void EndAt(DateTimeOffset end, DateTimeOffset now) =>
        (NotAfter, ReplacedAt) = (NotAfter < end ? NotAfter : end, ReplacedAt ?? now);
}
