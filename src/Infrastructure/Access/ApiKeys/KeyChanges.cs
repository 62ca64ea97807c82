using System.Collections.Concurrent;
using DataHub.Application.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Makes this node forget what changed: at once by notification, and by reading the list of changes for those it missed.</summary>
internal sealed class KeyChanges(
    KeyCache cache, SharedKeyCopies shared, OpenExchanges exchanges, KeyInvalidationLag lag, NpgsqlDataSource database, TimeProvider clock, IOptions<ApiKeysOptions> options)
    : IChangeHandler
{
    // The list is pruned after an hour; a node that was cut off for longer than half of it trusts nothing it knows.
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(30);

    private readonly ApiKeysOptions _options = options.Value;

    // Announced changes that were dealt with to the end, until the list shows them. A few between two looks.
    private readonly ConcurrentDictionary<long, bool> _done = new();
    private long? _lastSeen;
    private long _caughtUpAt;

    public string Topic => ChangeTopics.Keys;

    public async Task OnChangedAsync(string payload, CancellationToken cancellationToken)
    {
        var digests = cache.Evict(payload);
        await exchanges.DecideAgainAsync(payload, cancellationToken);
        await shared.RemoveAsync(digests, cancellationToken);
    }

    public async Task OnAnnouncedAsync(CommittedChange change, CancellationToken cancellationToken)
    {
        var digests = cache.Evict(change.Payload);
        lag.Record(change);
        await exchanges.DecideAgainAsync(change.Payload, cancellationToken);
        await shared.RemoveAsync(digests, cancellationToken);
        if (change.Number > _lastSeen.GetValueOrDefault())
        {
            _done[change.Number] = true;
        }
    }

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var gap = _lastSeen is null ? TimeSpan.Zero : clock.GetElapsedTime(_caughtUpAt, began);
        if (gap > LongestGap)
        {
            cache.Clear();
            _lastSeen = null;
            await exchanges.DecideAllAsync(cancellationToken);
        }

        var first = _lastSeen is null;
        foreach (var change in await ReadAsync(cancellationToken))
        {
            // What is remembered of a key whose announcement was dealt with was loaded after it. To forget that as well would leave nothing
            // to serve if the database goes away just then. What the first look finds happened before this node listened.
            if (!_done.ContainsKey(change.Number))
            {
                await (first ? OnChangedAsync(change.Payload, cancellationToken) : OnAnnouncedAsync(change, cancellationToken));
            }

            // One by one: what could not be dealt with is looked at again.
            _lastSeen = change.Number;
            _done.TryRemove(change.Number, out _);
        }

        _lastSeen ??= 0;

        await exchanges.SettleAsync(cancellationToken);
        _caughtUpAt = began;
    }

    // Numbers of a topic rise in commit order, because the writer holds the topic's epoch row until its commit.
    private async Task<IReadOnlyList<CommittedChange>> ReadAsync(CancellationToken cancellationToken)
    {
        // At first, everything that a shared copy may not know of yet, and where the list ends.
        var window = TimeSpan.FromSeconds(_options.StaleSeconds + _options.FreshSeconds);
        await using var command = database.CreateCommand(_lastSeen is null
            ? """
                SELECT seq, payload, at FROM platform.changes
                WHERE topic = $1 AND (at > clock_timestamp() - $2::interval OR seq = (SELECT max(seq) FROM platform.changes WHERE topic = $1)) ORDER BY seq
                """
            : "SELECT seq, payload, at FROM platform.changes WHERE topic = $1 AND seq > $2 ORDER BY seq");
        command.Parameters.AddWithValue(Topic);
        command.Parameters.AddWithValue(_lastSeen is { } last ? last : window);
        var changes = new List<CommittedChange>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            changes.Add(new CommittedChange(reader.GetString(1), reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return changes;
    }
}
