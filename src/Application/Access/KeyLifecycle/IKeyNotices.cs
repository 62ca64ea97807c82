using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Traffic.RateLimits;

namespace DataHub.Application.Access.KeyLifecycle;

/// <summary>What has to be told of a key.</summary>
public enum KeyNoticeKind
{
    /// <summary>The key ends soon.</summary>
    KeyExpiring,

    /// <summary>A replaced secret of it ends soon.</summary>
    SecretExpiring,

    /// <summary>The key has ended.</summary>
    KeyExpired,

    /// <summary>Its schedule says that the secret should be replaced.</summary>
    RotationDue,
}

/// <summary>A notice that is due and was not told yet.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="KeyId">About which key.</param>
/// <param name="Version">About which secret; 0 for the key itself.</param>
/// <param name="Threshold">How long before the end it is told; zero for what has happened.</param>
/// <param name="EndsAt">UTC instant of the end, or at which the rotation was due.</param>
/// <param name="Schedule">The schedule of a rotation that is due; else null.</param>
public sealed record KeyNotice(KeyNoticeKind Kind, ApiKeyId KeyId, int Version, TimeSpan Threshold, DateTimeOffset EndsAt, RotationSchedule? Schedule);

/// <summary>Finds what has to be told, inside the transaction of the command. Nodes that look at once get different keys.</summary>
public interface IKeyNotices
{
    /// <summary>Claims notices that are due and marks them as told; the transaction keeps both or neither.</summary>
    /// <param name="now">UTC instant.</param>
    /// <param name="defaultTier">The tier of keys that name none; null when there is none.</param>
    /// <param name="limit">Most notices of each kind.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    Task<IReadOnlyList<KeyNotice>> ClaimAsync(DateTimeOffset now, RateLimitTierId? defaultTier, int limit, CancellationToken cancellationToken);
}
