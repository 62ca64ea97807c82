using System.Text.Json;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>
/// The copies of key rows that nodes share. They spare PostgreSQL the misses of a node that starts, and serve known keys to it while
/// PostgreSQL is away. A copy is not trusted while this node knows of a change to its key that may be younger.
/// </summary>
internal sealed class SharedKeyCopies(IEnumerable<ISharedCache> caches, KeyCache cache, TimeProvider clock, IOptions<ApiKeysOptions> options)
{
    private readonly ISharedCache? _shared = caches.FirstOrDefault();
    private readonly ApiKeysOptions _options = options.Value;

    private sealed record Copy(KeyRow Row, DateTimeOffset LoadedAt);

    /// <summary>Reads a copy into memory.</summary>
    /// <param name="digest">The digest under the newest pepper.</param>
    /// <param name="stale">True: PostgreSQL is away, an old copy will do.</param>
    /// <returns>Null when there is none that can be trusted.</returns>
    public async Task<CallerRecord?> FindAsync(SecretDigest digest, bool stale)
    {
        if (_shared is null || await ReadAsync(digest) is not { } copy)
        {
            return null;
        }

        var age = clock.GetUtcNow() - copy.LoadedAt;
        if (age < TimeSpan.Zero || age > TimeSpan.FromSeconds(stale ? _options.StaleSeconds : _options.FreshSeconds))
        {
            return null;
        }

        var ticket = cache.Ticket;
        if (cache.IsTombstoned(copy.Row.ToCaller(new KeyUsage())))
        {
            return null;
        }

        // Its age counts: handed from node to node, a copy must not get younger.
        var loadedAt = clock.GetTimestamp() - (long)(age.TotalSeconds * clock.TimestampFrequency);
        return cache.TryStore(digest, copy.Row, loadedAt, ticket, out var caller) ? caller : null;
    }

    /// <summary>Shares what was loaded.</summary>
    public async Task StoreAsync(SecretDigest digest, KeyRow row, CallerRecord caller)
    {
        if (_shared is not null && !cache.IsTombstoned(caller))
        {
            var copy = JsonSerializer.SerializeToUtf8Bytes(new Copy(row, clock.GetUtcNow()));
            await _shared.SetAsync(NameOf(digest), copy, TimeSpan.FromSeconds(_options.StaleSeconds), CancellationToken.None);
        }
    }

    /// <summary>Withdraws copies.</summary>
    public async Task RemoveAsync(IEnumerable<SecretDigest> digests, CancellationToken cancellationToken)
    {
        if (_shared is not null)
        {
            foreach (var digest in digests)
            {
                await _shared.RemoveAsync(NameOf(digest), cancellationToken);
            }
        }
    }

    private async Task<Copy?> ReadAsync(SecretDigest digest)
    {
        try
        {
            return await _shared!.GetAsync(NameOf(digest), CancellationToken.None) is { } bytes ? JsonSerializer.Deserialize<Copy>(bytes) : null;
        }
        catch (JsonException)
        {
            // Written by another version: as good as none.
            return null;
        }
    }

    private static string NameOf(SecretDigest digest) => $"key:{Convert.ToHexStringLower(digest.ToArray())}";
}
