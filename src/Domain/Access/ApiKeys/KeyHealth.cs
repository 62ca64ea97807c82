namespace DataHub.Domain.Access.ApiKeys;

/// <summary>What is worth looking at about a key that is accepted.</summary>
public enum KeyHealthCode
{
    /// <summary>It ends within <see cref="KeyHealth.ExpiresSoonDays"/> days.</summary>
    ExpiresSoon,

    /// <summary>Nobody has used it yet.</summary>
    NeverUsed,

    /// <summary>Nobody has used it for <see cref="KeyHealth.UnusedDays"/> days.</summary>
    Unused,

    /// <summary>Of its requests of the last day, a tenth or more met a limit.</summary>
    OftenLimited,

    /// <summary>Of its requests of the last day, a fifth or more were refused for the key, its scopes or its address.</summary>
    ManyRefusals,

    /// <summary>It came from a network, within the last day, that it was never used from before.</summary>
    NewNetwork,

    /// <summary>It sends far more than it used to.</summary>
    Spike,
}

/// <summary>The findings that follow from the key itself. What follows from its traffic is computed from the request log.</summary>
public static class KeyHealth
{
    /// <summary>Days before its end from which a key expires soon.</summary>
    public const int ExpiresSoonDays = 14;

    /// <summary>Days without use after which a key is unused.</summary>
    public const int UnusedDays = 90;

    /// <summary>The findings of a key; none of one that is not accepted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">UTC instant.</param>
    public static IEnumerable<KeyHealthCode> FindingsOf(ApiKey key, DateTimeOffset now)
    {
        if (key.StatusAt(now) != KeyStatus.Active)
        {
            yield break;
        }

        if (key.ExpiresAt <= now.AddDays(ExpiresSoonDays))
        {
            yield return KeyHealthCode.ExpiresSoon;
        }

        if (key.LastUsedAt is null)
        {
            yield return KeyHealthCode.NeverUsed;
        }
        else if (key.LastUsedAt <= now.AddDays(-UnusedDays))
        {
            yield return KeyHealthCode.Unused;
        }
    }
}
