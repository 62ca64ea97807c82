using System.Buffers.Binary;
using System.Collections.Concurrent;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>
/// What this node remembers of keys: read without a lock, bounded, and safe against a load that was on its way when a key changed.
/// </summary>
/// <remarks>
/// Every change leaves a tombstone with a rising number. A load takes the number before it asks the store, and its answer is kept only
/// if no tombstone of its key or consumer is younger: so a revoked key cannot come back. Tombstones stay as long as a copy in the
/// shared cache can, which is not trusted either while one stands.
/// </remarks>
internal sealed class KeyCache(TimeProvider clock, IRandomSource random, IOptions<ApiKeysOptions> options)
{
    private readonly ApiKeysOptions _options = options.Value;
    private readonly ConcurrentDictionary<SecretDigest, Entry> _entries = new();
    private readonly ConcurrentDictionary<SecretDigest, long> _unknown = new();
    private readonly ConcurrentDictionary<string, Tombstone> _tombstones = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<CallerRecord> _retired = new();
    private readonly Lock _gate = new();
    private long _changes;
    private long _clearedAt;
    private int _count;
    private int _unknownCount;

    /// <summary>One remembered secret.</summary>
    internal sealed class Entry(CallerRecord caller, long freshUntil, long refreshUntil, long staleUntil)
    {
        private int _refreshing;

        public CallerRecord Caller { get; } = caller;

        /// <summary>Served without a question until then.</summary>
        public long FreshUntil { get; } = freshUntil;

        /// <summary>Served while it is loaded again until then; later the load is waited for.</summary>
        public long RefreshUntil { get; } = refreshUntil;

        /// <summary>Served until then while the store is away.</summary>
        public long StaleUntil { get; } = staleUntil;

        public bool TryBeginRefresh() => Interlocked.Exchange(ref _refreshing, 1) == 0;

        public void EndRefresh() => Volatile.Write(ref _refreshing, 0);
    }

    private readonly record struct Tombstone(long Number, long ExpiresAt);

    /// <summary>Number of the youngest change; a load takes it before it asks.</summary>
    public long Ticket => Volatile.Read(ref _changes);

    public int Count => Volatile.Read(ref _count);

    public bool TryGet(in SecretDigest digest, out Entry entry) => _entries.TryGetValue(digest, out entry!);

    public bool IsKnownToBeUnknown(in SecretDigest digest, long now) => _unknown.TryGetValue(digest, out var until) && now < until;

    /// <summary>Keeps what a load found.</summary>
    /// <param name="digest">The digest under the newest pepper.</param>
    /// <param name="row">What was found.</param>
    /// <param name="loadedAt">Timestamp of the clock when the load began.</param>
    /// <param name="ticket">The number that was taken before the load.</param>
    /// <param name="caller">The record.</param>
    /// <returns>False when the key or its consumer has changed since: load again.</returns>
    public bool TryStore(in SecretDigest digest, KeyRow row, long loadedAt, long ticket, out CallerRecord caller)
    {
        lock (_gate)
        {
            var known = _entries.TryGetValue(digest, out var old) ? old : null;
            caller = row.ToCaller(known?.Caller.Usage ?? new KeyUsage());
            if (ChangedSince(caller, ticket) || known?.Caller.KeyVersion > caller.KeyVersion)
            {
                return false;
            }

            var fresh = Ticks(_options.FreshSeconds);
            var freshUntil = loadedAt + fresh - (fresh / 10 * RandomPercent() / 100);
            _entries[digest] = new Entry(caller, freshUntil, loadedAt + (2 * fresh), loadedAt + Math.Max(Ticks(_options.StaleSeconds), 2 * fresh));
            if (known is null && Interlocked.Increment(ref _count) > _options.MaxCached)
            {
                MakeRoom();
            }

            return true;
        }
    }

    /// <summary>Keeps that no key has a secret; unless something changed meanwhile, which may be just this key.</summary>
    public void StoreUnknown(in SecretDigest digest, long ticket)
    {
        lock (_gate)
        {
            if (ticket != Ticket || _options.MaxUnknownCached == 0)
            {
                return;
            }

            Remove(digest);
            if (_unknownCount >= _options.MaxUnknownCached)
            {
                // Whoever fills this with well-formed guesses only makes the store answer them again.
                _unknown.Clear();
                _unknownCount = 0;
            }

            _unknown[digest] = clock.GetTimestamp() + Ticks(_options.UnknownSeconds);
            _unknownCount++;
        }
    }

    /// <summary>Whether a copy made elsewhere may be older than a change that this node knows of.</summary>
    public bool IsTombstoned(CallerRecord caller) => HasTombstone(caller.KeyIdText, 0) || HasTombstone(caller.ConsumerIdText, 0);

    /// <summary>Whether a record may be older than a change that was announced here after a number was taken.</summary>
    public bool ChangedSince(CallerRecord caller, long ticket) =>
        Volatile.Read(ref _clearedAt) > ticket || HasTombstone(caller.KeyIdText, ticket) || HasTombstone(caller.ConsumerIdText, ticket);

    /// <summary>Forgets all secrets of a key or a consumer.</summary>
    /// <param name="id">The printed id of either.</param>
    /// <returns>The digests that were known.</returns>
    public IReadOnlyList<SecretDigest> Evict(string id)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            PruneTombstones(now);
            _tombstones[id] = new Tombstone(Interlocked.Increment(ref _changes), now + Ticks(_options.StaleSeconds + _options.FreshSeconds));
            var found = new List<SecretDigest>();
            foreach (var (digest, entry) in _entries)
            {
                if (entry.Caller.KeyIdText == id || entry.Caller.ConsumerIdText == id)
                {
                    found.Add(digest);
                }
            }

            found.ForEach(digest => Remove(digest));
            _unknown.Clear();
            _unknownCount = 0;
            return found;
        }
    }

    /// <summary>Forgets everything; loads under way are not kept either.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _clearedAt = Interlocked.Increment(ref _changes);
            foreach (var digest in _entries.Keys)
            {
                Remove(digest);
            }

            _unknown.Clear();
            _unknownCount = 0;
        }
    }

    /// <summary>Hands every record out whose use may not have been written, also those that were forgotten meanwhile.</summary>
    public IEnumerable<CallerRecord> UsedRecords()
    {
        while (_retired.TryDequeue(out var caller))
        {
            yield return caller;
        }

        foreach (var (_, entry) in _entries)
        {
            yield return entry.Caller;
        }
    }

    private bool HasTombstone(string id, long after) =>
        _tombstones.TryGetValue(id, out var tombstone) && tombstone.Number > after && clock.GetTimestamp() < tombstone.ExpiresAt;

    private void Remove(in SecretDigest digest)
    {
        if (_entries.TryRemove(digest, out var entry))
        {
            Interlocked.Decrement(ref _count);
            if (!entry.Caller.Usage.IsEmpty)
            {
                _retired.Enqueue(entry.Caller);
            }
        }
    }

    // Drops a tenth at once, so that a full cache does not pay for every insertion. Which ones hardly matters: they come back on use.
    private void MakeRoom()
    {
        var excess = Count - (_options.MaxCached - (_options.MaxCached / 10));
        foreach (var digest in _entries.Keys.Take(excess).ToList())
        {
            Remove(digest);
        }
    }

    private void PruneTombstones(long now)
    {
        if (_tombstones.Count % 100 != 99)
        {
            return;
        }

        foreach (var (id, tombstone) in _tombstones)
        {
            if (tombstone.ExpiresAt < now)
            {
                _tombstones.TryRemove(id, out _);
            }
        }
    }

    private long Ticks(int seconds) => seconds * clock.TimestampFrequency;

    private int RandomPercent()
    {
        Span<byte> bytes = stackalloc byte[2];
        random.Fill(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes) % 100;
    }
}
