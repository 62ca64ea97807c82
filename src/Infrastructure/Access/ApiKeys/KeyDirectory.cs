using System.Collections.Concurrent;
using System.Net.Sockets;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>The key directory: memory first, then the copy that nodes share, then PostgreSQL.</summary>
internal sealed partial class KeyDirectory(
    KeyCache cache,
    IKeyLoader loader,
    SharedKeyCopies shared,
    PepperRing peppers,
    TimeProvider clock,
    IOptions<ApiKeysOptions> options,
    ILogger<KeyDirectory> logger) : IKeyDirectory, IDisposable
{
    // A key that changes again and again while it is loaded is answered from the last load, and not kept.
    private const int MaxAttempts = 3;

    // Well-formed guesses are loads too: they must not take every connection of the pool.
    private const int MaxLoads = 16;

    private static readonly KeyLookup Unknown = new(KeyLookupStatus.Unknown, null, "l1");
    private static readonly KeyLookup Unavailable = new(KeyLookupStatus.StoreUnavailable, null, "db");

    private readonly ApiKeysOptions _options = options.Value;
    private readonly bool _serveStale = options.Value.OnStoreFailure == ApiKeysOptions.ServeStale;
    private readonly ConcurrentDictionary<SecretDigest, Task<Flight>> _inFlight = new();
    private readonly SemaphoreSlim _loads = new(MaxLoads);

    /// <summary>What came of a load, and the number of the youngest change that it is sure to know of.</summary>
    private readonly record struct Flight(KeyLookup Lookup, long Ticket);

    // Timestamp until which the store counts as away: one attempt a second finds out that it is back, the other requests do not wait.
    private long _awayUntil;

    public bool TryFindCached(string presented, out KeyLookup lookup)
    {
        if (presented.Length > KeyFormat.MaxLength)
        {
            lookup = Unknown;
            return true;
        }

        var digest = peppers.Current.Digest(presented);
        var now = clock.GetTimestamp();
        if (cache.TryGet(digest, out var entry))
        {
            return TryServe(entry, digest, presented, now, out lookup);
        }

        lookup = Unknown;
        return cache.IsKnownToBeUnknown(digest, now);
    }

    public async ValueTask<KeyLookup> FindAsync(string presented, CancellationToken cancellationToken)
    {
        if (presented.Length > KeyFormat.MaxLength)
        {
            return Unknown;
        }

        var digest = peppers.Current.Digest(presented);
        var arrived = cache.Ticket;
        var flight = await LoadOnce(digest, presented).WaitAsync(cancellationToken);

        // It may have joined a load that began before a change which was announced before it came. The next one began after it came.
        if (flight.Ticket < arrived && (flight.Lookup.Caller is not { } caller || cache.ChangedSince(caller, flight.Ticket)))
        {
            flight = await LoadOnce(digest, presented).WaitAsync(cancellationToken);
        }

        return flight.Lookup;
    }

    public void Dispose() => _loads.Dispose();

    private bool TryServe(KeyCache.Entry entry, in SecretDigest digest, string presented, long now, out KeyLookup lookup)
    {
        if (now < entry.FreshUntil)
        {
            lookup = new KeyLookup(KeyLookupStatus.Found, entry.Caller, "l1");
            return true;
        }

        if (now < Volatile.Read(ref _awayUntil))
        {
            lookup = _serveStale && now < entry.StaleUntil ? new KeyLookup(KeyLookupStatus.Found, entry.Caller, "stale") : Unavailable;
            return true;
        }

        lookup = new KeyLookup(KeyLookupStatus.Found, entry.Caller, "l1");
        if (now >= entry.RefreshUntil)
        {
            return false;
        }

        if (entry.TryBeginRefresh())
        {
            _ = RefreshAsync(entry, digest, presented);
        }

        return true;
    }

    private async Task RefreshAsync(KeyCache.Entry entry, SecretDigest digest, string presented)
    {
        await LoadOnce(digest, presented);
        entry.EndRefresh();
    }

    // Single flight: whoever asks for a digest that is being loaded waits for that load. It outlives a caller that goes away.
    private Task<Flight> LoadOnce(SecretDigest digest, string presented)
    {
        var mine = new TaskCompletionSource<Flight>(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = _inFlight.GetOrAdd(digest, mine.Task);
        if (task == mine.Task)
        {
            _ = CompleteAsync(digest, presented, mine);
        }

        return task;
    }

    private async Task CompleteAsync(SecretDigest digest, string presented, TaskCompletionSource<Flight> result)
    {
        var flight = new Flight(Unavailable, cache.Ticket);
        try
        {
            flight = await ResolveAsync(digest, presented);
        }
#pragma warning disable CA1031 // Whatever goes wrong in a load, those who wait for it get an answer: 503, never 401 and never 500.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogLoadFailed(e);
        }
        finally
        {
            _inFlight.TryRemove(digest, out _);
            result.SetResult(flight);
        }
    }

    private async Task<Flight> ResolveAsync(SecretDigest digest, string presented)
    {
        // Too many loads at once say nothing of the store: only a failed one makes it count as away.
        if (clock.GetTimestamp() >= Volatile.Read(ref _awayUntil) && await _loads.WaitAsync(_options.LoadTimeoutMilliseconds))
        {
            try
            {
                return await LoadAsync(digest, presented);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or SocketException or IOException)
            {
                LogStoreAway(e.GetType().Name, e.Message);
                Volatile.Write(ref _awayUntil, clock.GetTimestamp() + clock.TimestampFrequency);
            }
            finally
            {
                _loads.Release();
            }
        }

        var ticket = cache.Ticket;
        return new Flight(await WithoutStoreAsync(digest), ticket);
    }

    private async Task<Flight> LoadAsync(SecretDigest digest, string presented)
    {
        var ticket = cache.Ticket;
        if (await shared.FindAsync(digest, stale: false) is { } copy)
        {
            return new Flight(new KeyLookup(KeyLookupStatus.Found, copy, "l2"), ticket);
        }

        var digests = peppers.All.Select(p => p.Digest(presented)).ToList();
        for (var attempt = 1; ; attempt++)
        {
            ticket = cache.Ticket;
            var began = clock.GetTimestamp();
            var row = await AskStoreAsync(digests);
            if (row is null)
            {
                cache.StoreUnknown(digest, ticket);
                return new Flight(new KeyLookup(KeyLookupStatus.Unknown, null, "db"), ticket);
            }

            if (cache.TryStore(digest, row, began, ticket, out var caller))
            {
                await shared.StoreAsync(digest, row, caller);
                return new Flight(new KeyLookup(KeyLookupStatus.Found, caller, "db"), ticket);
            }

            if (attempt == MaxAttempts)
            {
                return new Flight(new KeyLookup(KeyLookupStatus.Found, caller, "db"), ticket);
            }
        }
    }

    private async Task<KeyRow?> AskStoreAsync(IReadOnlyList<SecretDigest> digests)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(_options.LoadTimeoutMilliseconds), clock);

        // The wait is bounded here as well: a cancelled command still waits for a server that hangs.
        return await loader.LoadAsync(digests, timeout.Token).WaitAsync(timeout.Token);
    }

    private async Task<KeyLookup> WithoutStoreAsync(SecretDigest digest)
    {
        if (!_serveStale)
        {
            return Unavailable;
        }

        if (cache.TryGet(digest, out var entry))
        {
            return clock.GetTimestamp() < entry.StaleUntil ? new KeyLookup(KeyLookupStatus.Found, entry.Caller, "stale") : Unavailable;
        }

        return await shared.FindAsync(digest, stale: true) is { } copy ? new KeyLookup(KeyLookupStatus.Found, copy, "stale") : Unavailable;
    }

    [LoggerMessage(2001, LogLevel.Warning, "A key could not be loaded ({Error}: {Reason}); known keys are served from memory meanwhile.")]
    private partial void LogStoreAway(string error, string reason);

    [LoggerMessage(2003, LogLevel.Error, "A key could not be loaded.")]
    private partial void LogLoadFailed(Exception exception);
}
