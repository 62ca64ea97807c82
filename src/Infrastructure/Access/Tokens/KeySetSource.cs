using DataHub.Application.Access.Tokens.Verification;
using DataHub.Infrastructure.Outbound;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>
/// The keys of one issuer on this node: downloaded once at a time, again in the background, and at most once in a while because of an unknown
/// key. A download that fails changes nothing until the last good keys are too old. A node that has none yet begins with the last ones that any node had.
/// </summary>
internal sealed partial class KeySetSource(IssuerTerms terms, IKeySetFetcher fetcher, IKeySetStore store, TokensOptions options, TimeProvider clock, ILogger logger)
{
    // After a failure, requests that need keys at once are answered without asking again for this long.
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(2);

    private readonly KeySetCopy _copy = new(terms, store, clock, logger);
    private readonly Lock _gate = new();
    private KeySet? _current;
    private Task? _flight;
    private long _fetchedTicks;
    private DateTimeOffset _attemptedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _askedForUnknownAt = DateTimeOffset.MinValue;
    private volatile bool _unknownWaits;
    private volatile bool _retired;

    /// <summary>Why the last download failed; null when it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>UTC instant of the last good download; null for none.</summary>
    public DateTimeOffset? FetchedAt => Current is null ? null : new DateTimeOffset(Volatile.Read(ref _fetchedTicks), TimeSpan.Zero);

    /// <summary>The keys; null while there are none, or only too old ones.</summary>
    public KeySet? Current
    {
        get
        {
            var keys = Volatile.Read(ref _current);
            return keys is not null && IsTooOld() ? DropStale() : keys;
        }
    }

    /// <summary>The keys, downloaded first when there are none.</summary>
    /// <returns>Null when they cannot be had.</returns>
    public async Task<KeySet?> GetAsync()
    {
        // Kept keys come before the issuer: one that hangs must not keep callers waiting for what is at hand.
        if ((Current ?? await RestoreAsync()) is { } keys)
        {
            return keys;
        }

        // Those who saw none may come here when the download that they would wait for is over.
        await (Begin(now => _current is null && (Problem is null || now - _attemptedAt >= FailurePause)) ?? Task.CompletedTask);
        return Current;
    }

    /// <summary>Checks who signed a token; newer keys are asked for when it names one that is not known.</summary>
    /// <param name="token">The token.</param>
    /// <param name="current">What holds for the issuer now.</param>
    /// <returns>Null when the keys cannot be had; the key that verified the token when that was good.</returns>
    public async Task<(SignatureStatus Status, VerificationKey? Key)?> CheckAsync(CompactToken token, IssuerTerms current)
    {
        if (await GetAsync() is not { } keys)
        {
            return null;
        }

        var status = SignatureCheck.Decide(current, keys, token, out var key);
        if (status == SignatureStatus.UnknownKey)
        {
            // New keys may have come since these were taken, whether this asks for them or somebody else did.
            await RefreshForUnknownKeyAsync();
            if (Current is { } fresh && !ReferenceEquals(fresh, keys))
            {
                status = SignatureCheck.Decide(current, fresh, token, out key);
            }
        }

        return (status, key);
    }

    /// <summary>Downloads again because a token names a key that is not known; does nothing when that was done a moment ago.</summary>
    /// <returns>True when a download ended since the call.</returns>
    public async Task<bool> RefreshForUnknownKeyAsync()
    {
        // A download that is on its way may have begun before the issuer had the key.
        var waited = InFlight();
        await (waited ?? Task.CompletedTask);
        var begun = Begin(MayAskForUnknown);
        if (begun is null)
        {
            _unknownWaits |= waited is null;
            return waited is not null;
        }

        await begun;
        return true;
    }

    /// <summary>Downloads when it is time to, and lets go of keys that are too old; called every second.</summary>
    public Task RefreshIfDueAsync()
    {
        _ = Current;
        return Begin(IsDue) ?? Task.CompletedTask;
    }

    /// <summary>Downloads now.</summary>
    public Task RefreshAsync() => Begin(_ => true) ?? Task.CompletedTask;

    /// <summary>The issuer is not used any more: what its keys verified is not good any more.</summary>
    public void Retire()
    {
        _retired = true;
        Volatile.Read(ref _current)?.ReplaceBy(null);
    }

    // Keys that are asked for regularly are not old, however short the time that is set.
    private bool IsTooOld() =>
        clock.GetUtcNow().UtcTicks - Volatile.Read(ref _fetchedTicks) > Math.Max(options.MaxStale.Ticks, 2 * options.RefreshSeconds * TimeSpan.TicksPerSecond);

    private KeySet? DropStale()
    {
        lock (_gate)
        {
            if (_current is { } keys && IsTooOld())
            {
                Volatile.Write(ref _current, null);
                keys.ReplaceBy(null);
                LogDropped(terms.Definition.Name);
            }

            return _current;
        }
    }

    private bool MayAskForUnknown(DateTimeOffset now)
    {
        if (now - _askedForUnknownAt < TimeSpan.FromSeconds(options.UnknownKeySeconds))
        {
            return false;
        }

        _askedForUnknownAt = now;
        return true;
    }

    private bool IsDue(DateTimeOffset now)
    {
        // Somebody met an unknown key too soon after the last question: their next try shall find it.
        if (_unknownWaits && MayAskForUnknown(now))
        {
            _unknownWaits = false;
            return true;
        }

        var pause = Problem is null ? TimeSpan.FromSeconds(options.RefreshSeconds) : TimeSpan.FromSeconds(Math.Min(options.RefreshSeconds, 15));
        return _attemptedAt == DateTimeOffset.MinValue || now - _attemptedAt >= pause;
    }

    private Task? InFlight()
    {
        lock (_gate)
        {
            return _flight;
        }
    }

    // Whoever comes while a download is on its way waits for that one.
    private Task? Begin(Func<DateTimeOffset, bool> wanted)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_flight is not null || !wanted(now))
            {
                return _flight;
            }

            _attemptedAt = now;
            return _flight = Task.Run(FetchAsync);
        }
    }

    private async Task FetchAsync()
    {
        string? problem;
        try
        {
            var json = await fetcher.FetchAsync(terms.Definition);
            problem = Take(json);
        }
        catch (OutboundException e)
        {
            problem = e.Message;
        }
#pragma warning disable CA1031 // Whatever goes wrong with an issuer's answer, the requests that wait for it get one, and the last good keys stay.
        catch (Exception e)
#pragma warning restore CA1031
        {
            problem = e.GetType().Name;
            LogFault(e, terms.Definition.Name);
        }

        lock (_gate)
        {
            if (problem is not null && problem != Problem)
            {
                LogFailed(terms.Definition.Name, terms.IdText, problem);
            }

            Problem = problem;
            _flight = null;
        }

        // What is shown of an issuer that is away are the keys that would be used.
        if (problem is not null && Current is null)
        {
            await RestoreAsync();
        }
    }

    private string? Take(byte[] json)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            var before = _current;
            if (KeySet.Read(json, before) is not { } next)
            {
                return "the answer holds no key that can be used";
            }

            Volatile.Write(ref _fetchedTicks, now.UtcTicks);
            Volatile.Write(ref _current, next);
            before?.ReplaceBy(next);
        }

        if (!_retired)
        {
            _ = _copy.SaveAsync(json, now); // Nobody waits for it.
        }

        return null;
    }

    // The keys that some node downloaded last, with the age that they have.
    private async Task<KeySet?> RestoreAsync()
    {
        if (await _copy.ReadAsync() is not { } kept || KeySet.Read(kept.Json, null) is not { } keys)
        {
            return Current;
        }

        lock (_gate)
        {
            if (_current is null)
            {
                // The clock of the node that wrote it may be ahead.
                Volatile.Write(ref _fetchedTicks, Math.Min(kept.FetchedAt.UtcTicks, clock.GetUtcNow().UtcTicks));
                if (!IsTooOld())
                {
                    Volatile.Write(ref _current, keys);
                    LogRestored(terms.Definition.Name, terms.IdText, kept.FetchedAt);
                }
            }
        }

        return Current;
    }

    [LoggerMessage(2101, LogLevel.Warning, "The keys of issuer '{Name}' ({Id}) could not be had: {Problem}. The last good ones stay in use for a while.")]
    private partial void LogFailed(string name, string id, string problem);

    [LoggerMessage(2102, LogLevel.Error, "The keys of issuer '{Name}' are too old to be used; its tokens are refused until it answers.")]
    private partial void LogDropped(string name);

    [LoggerMessage(2113, LogLevel.Warning, "The keys of issuer '{Name}' ({Id}) are those that were kept at {At}, until it answers.")]
    private partial void LogRestored(string name, string id, DateTimeOffset at);

    [LoggerMessage(2103, LogLevel.Error, "The keys of issuer '{Name}' could not be read.")]
    private partial void LogFault(Exception exception, string name);
}
