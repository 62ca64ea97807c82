using System.Collections.Concurrent;
using System.Net.Sockets;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Access.Consumers;

/// <summary>
/// Consumers that tokens name, in memory: asked for once, forgotten when a change of one is announced or found in the list of changes.
/// While the database is away, what is remembered is good for ten minutes.
/// </summary>
internal sealed partial class ConsumerDirectory(NpgsqlDataSource database, TimeProvider clock, ILogger<ConsumerDirectory> logger) : IConsumerDirectory, IChangeHandler
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FreshMissing = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(10);

    // The list of changes is pruned after an hour.
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LoadLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Name, Entry> _entries = new();
    private long _changes;
    private long _lastSeen = -1;
    private long _caughtUpAt;

    private readonly record struct Name(TenantId Tenant, ConsumerMatch Match, string Text);

    private sealed record Entry(ConsumerRecord? Consumer, long LoadedAt);

    public string Topic => ChangeTopics.Keys;

    public async ValueTask<ConsumerLookup> FindAsync(TenantId tenant, ConsumerMatch match, string text, CancellationToken cancellationToken)
    {
        if (text.Length > Consumer.MaxNameLength)
        {
            return new ConsumerLookup(true, null);
        }

        var name = new Name(tenant, match, text);
        var known = _entries.TryGetValue(name, out var entry) && entry.Consumer is not { Outdated: true };
        if (known && clock.GetElapsedTime(entry!.LoadedAt) < (entry.Consumer is null ? FreshMissing : Fresh))
        {
            return new ConsumerLookup(true, entry.Consumer);
        }

        try
        {
            return new ConsumerLookup(true, await LoadAsync(name, cancellationToken));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or SocketException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogAway(e.GetType().Name);
            return known && entry!.Consumer is not null && clock.GetElapsedTime(entry.LoadedAt) < Stale ? new ConsumerLookup(true, entry.Consumer) : default;
        }
    }

    public Task OnChangedAsync(string payload, CancellationToken cancellationToken)
    {
        Forget(payload);
        return Task.CompletedTask;
    }

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        if (_lastSeen < 0 || clock.GetElapsedTime(_caughtUpAt, began) > LongestGap)
        {
            // What was loaded before anybody listened may have changed since.
            _lastSeen = -1;
            ForgetAll();
        }

        await using var command = database.CreateCommand(_lastSeen < 0
            ? "SELECT coalesce(max(seq), 0), '' FROM platform.changes WHERE topic = $1 AND $2 < 0"
            : "SELECT seq, payload FROM platform.changes WHERE topic = $1 AND seq > $2 ORDER BY seq");
        command.Parameters.AddWithValue(Topic);
        command.Parameters.AddWithValue(_lastSeen);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _lastSeen = reader.GetInt64(0);
            Forget(reader.GetString(1));
        }

        _caughtUpAt = began;
    }

    private void ForgetAll()
    {
        Interlocked.Increment(ref _changes);
        foreach (var (name, entry) in _entries)
        {
            entry.Consumer?.Outdate();
            _entries.TryRemove(name, out _);
        }
    }

    // The topic tells of keys as well; only consumers are kept here.
    private void Forget(string payload)
    {
        if (!payload.StartsWith(ConsumerId.Prefix + "_", StringComparison.Ordinal))
        {
            return;
        }

        Interlocked.Increment(ref _changes);
        foreach (var (name, entry) in _entries)
        {
            if (entry.Consumer is null || entry.Consumer.IdText == payload)
            {
                entry.Consumer?.Outdate();
                _entries.TryRemove(name, out _);
            }
        }
    }

    private async Task<ConsumerRecord?> LoadAsync(Name name, CancellationToken cancellationToken)
    {
        var ticket = Interlocked.Read(ref _changes);
        var began = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(LoadLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var consumer = await AskAsync(name, either.Token).WaitAsync(either.Token);
        if (_entries.Count >= MaxRemembered)
        {
            _entries.Clear();
        }

        var entry = new Entry(consumer, began);
        _entries[name] = entry;
        if (Interlocked.Read(ref _changes) != ticket)
        {
            // Something changed meanwhile, which may be this one: good for the request that asked, and for no other.
            consumer?.Outdate();
            _entries.TryRemove(name, out _);
        }

        return consumer;
    }

    private async Task<ConsumerRecord?> AskAsync(Name name, CancellationToken cancellationToken)
    {
        var byId = EntityId.TryParse<ConsumerId>(name.Text, out var id);
        if (name.Match == ConsumerMatch.Id && !byId)
        {
            return null;
        }

        await using var command = database.CreateCommand(
            "SELECT c.id, c.name, c.suspended_at IS NOT NULL, c.tier_id FROM access.consumers c WHERE " + (name.Match == ConsumerMatch.Id ? "c.id = $1" : "c.name = $1") + " AND c.tenant_id = $2");
        command.Parameters.AddWithValue(name.Match == ConsumerMatch.Id ? id.Value : name.Text);
        command.Parameters.AddWithValue(name.Tenant.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var found = new ConsumerId(reader.GetGuid(0));
        return new ConsumerRecord
        {
            Id = found,
            IdText = found.ToString(),
            Name = reader.GetString(1),
            Suspended = reader.GetBoolean(2),
            TierId = await reader.IsDBNullAsync(3, cancellationToken) ? null : new RateLimitTierId(reader.GetGuid(3)),
        };
    }

    [LoggerMessage(2107, LogLevel.Warning, "A consumer that a token names could not be loaded ({Error}).")]
    private partial void LogAway(string error);
}
