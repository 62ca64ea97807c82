using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataHub.Domain.Access.ApiKeys;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>
/// Verified tokens in memory, by digest: read without a lock, bounded. Inactive ones stand apart, so that guesses cannot push good
/// tokens out.
/// </summary>
internal sealed class TokenCache(TimeProvider clock, IOptions<TokensOptions> options)
{
    private const int MaxInactive = 10_000;

    private readonly ConcurrentDictionary<TokenKey, TokenEntry> _good = new();
    private readonly ConcurrentDictionary<TokenKey, TokenEntry> _inactive = new();
    private readonly Lock _gate = new();
    private int _goodCount;
    private int _inactiveCount;

    /// <summary>How many good tokens are remembered.</summary>
    public int Count => Volatile.Read(ref _goodCount);

    /// <summary>The digest of a token; allocates nothing.</summary>
    /// <param name="token">What was sent.</param>
    public static SecretDigest DigestOf(ReadOnlySpan<char> token)
    {
        Span<byte> digest = stackalloc byte[SecretDigest.Length];
        SHA256.HashData(MemoryMarshal.AsBytes(token), digest);
        return new SecretDigest(digest);
    }

    public bool TryGet(in TokenKey key, [MaybeNullWhen(false)] out TokenEntry entry)
    {
        if (!_good.TryGetValue(key, out entry) && !_inactive.TryGetValue(key, out entry))
        {
            return false;
        }

        return entry.Holds;
    }

    public void Store(in TokenKey key, TokenEntry entry)
    {
        lock (_gate)
        {
            if (entry.Caller is null)
            {
                if (_inactiveCount >= MaxInactive)
                {
                    // Whoever fills this with guesses only makes the issuer answer them again.
                    _inactive.Clear();
                    _inactiveCount = 0;
                }

                _inactiveCount += _inactive.TryAdd(key, entry) ? 1 : 0;
                _inactive[key] = entry;
                return;
            }

            if (!_good.TryAdd(key, entry))
            {
                _good[key] = entry;
            }
            else if (++_goodCount > options.Value.MaxCached)
            {
                MakeRoom();
            }

            if (_inactive.TryRemove(key, out _))
            {
                _inactiveCount--;
            }
        }
    }

    /// <summary>Forgets what has ended or holds no more; called now and then.</summary>
    public void Prune()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow().UtcTicks;
            foreach (var (key, entry) in _good)
            {
                if (!entry.Holds || entry.TrustedUntil <= now)
                {
                    _goodCount -= _good.TryRemove(key, out _) ? 1 : 0;
                }
            }

            foreach (var (key, entry) in _inactive)
            {
                if (!entry.Holds || entry.TrustedUntil <= now)
                {
                    _inactiveCount -= _inactive.TryRemove(key, out _) ? 1 : 0;
                }
            }
        }
    }

    // A tenth goes, in no order: whoever is still used comes back for the price of one signature.
    private void MakeRoom()
    {
        var leave = options.Value.MaxCached / 10;
        foreach (var (key, _) in _good)
        {
            if (leave-- <= 0)
            {
                return;
            }

            _goodCount -= _good.TryRemove(key, out _) ? 1 : 0;
        }
    }
}
