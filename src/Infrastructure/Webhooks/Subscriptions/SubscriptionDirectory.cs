using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Application.Webhooks.Replays;
using DataHub.Application.Webhooks.Scopes;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>
/// All subscriptions of all tenants in memory. Changes are read one by one as they are announced; a node that was cut off for longer than the list of changes
/// is trusted for reads everything anew.
/// </summary>
internal sealed class SubscriptionDirectory(SubscriptionLoader loader, IKeyStandings keys, IEventTypeRegistry types, IDatabaseClock now, TimeProvider clock)
    : ISubscriptionDirectory, IReplayContent, IDisposable
{
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<ApiKeyId, KeyStanding> _standings = new();
    private State? _state;
    private long _refreshedAt;

    public async ValueTask<SubscriptionTarget?> FindAsync(SubscriptionId id, CancellationToken cancellationToken) => (await EntryAsync(id, cancellationToken))?.Target;

    public async ValueTask<IReadOnlyList<SubscriptionMatch>> MatchAsync(StoredEvent stored, SubscriptionId after, int limit, long atLeast, CancellationToken cancellationToken)
    {
        var state = await StateAsync(atLeast, cancellationToken);
        if (!state.Tenants.TryGetValue(stored.TenantId, out var tenant))
        {
            return [];
        }

        var takers = tenant.Index.TakersOf(stored.Type);
        var declared = (await types.ReadAsync(stored.TenantId, cancellationToken)).Find(stored.Type)?.Scope;
        var at = now.Now;
        var found = new List<SubscriptionMatch>(Math.Min(limit, takers.Length));
        using var payload = new EventPayload(stored);
        for (var i = SubscriptionIndex.After(takers, after.Value); i < takers.Length && found.Count < limit; i++)
        {
            var entry = takers[i];
            if (IsConcerned(entry, stored.Type, payload) && entry.Filter?.Matches(payload.Data) != false)
            {
                if (MayReceive(entry, stored.Type, declared, at))
                {
                    found.Add(payload.For(entry));
                }
                else if (!BuiltInEventTypes.IsReserved(stored.Type)) // Of the gateway's own events keys get few at all.
                {
                    found.Add(new SubscriptionMatch(entry.Target.Id, null, null, Refused: true));
                }
            }
        }

        return found;
    }

    public async ValueTask<bool> MayReceiveAsync(SubscriptionId id, string type, CancellationToken cancellationToken)
    {
        if (await EntryAsync(id, cancellationToken) is not { } entry)
        {
            return false;
        }

        var declared = entry.Key is null ? null : (await types.ReadAsync(entry.Target.Tenant, cancellationToken)).Find(type)?.Scope;
        return MayReceive(entry, type, declared, now.Now);
    }

    public async ValueTask<SubscriptionMatch?> PrepareAsync(SubscriptionId id, StoredEvent stored, bool wanted, CancellationToken cancellationToken)
    {
        if (await EntryAsync(id, cancellationToken) is not { } entry || entry.Target.Tenant != stored.TenantId)
        {
            return null;
        }

        var declared = (await types.ReadAsync(stored.TenantId, cancellationToken)).Find(stored.Type)?.Scope;
        using var payload = new EventPayload(stored);
        return MayReceive(entry, stored.Type, declared, now.Now) && IsConcerned(entry, stored.Type, payload)
            && (!wanted || (entry.Target.EventTypes.Any(t => EventTypePattern.Takes(t, stored.Type)) && entry.Filter?.Matches(payload.Data) != false))
            ? payload.For(entry) : null;
    }

    /// <summary>Takes in what was committed up to now.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var began = clock.GetTimestamp();
            _state = _state is null || clock.GetElapsedTime(_refreshedAt, began) > LongestGap ? await LoadAsync(cancellationToken) : await FollowAsync(_state, cancellationToken);
            _refreshedAt = began;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Whether an announced change is known already.</summary>
    public bool Knows(string topic, long number) =>
        number > 0 && Volatile.Read(ref _state) is { } state && number <= (topic == Application.Abstractions.ChangeTopics.Keys ? state.News.SeenKeys : state.News.SeenSubscriptions);

    public void Dispose() => _gate.Dispose();

    private bool MayReceive(SubscriptionEntry entry, string type, string? declared, DateTimeOffset at) =>
        entry.Key is not { } key || EventScopeRule.MayReceive(_standings.GetValueOrDefault(key), type, declared, at);

    // Holders of keys get what is about a consumer only when it is their own.
    private static bool IsConcerned(SubscriptionEntry entry, string type, EventPayload payload) =>
        entry.Key is null || !EventScopeRule.IsAboutOneConsumer(type) || payload.IsAbout(entry.Consumer);

    private async ValueTask<SubscriptionEntry?> EntryAsync(SubscriptionId id, CancellationToken cancellationToken)
    {
        var state = await StateAsync(0, cancellationToken);
        if (!state.All.TryGetValue(id, out var entry))
        {
            await RefreshAsync(cancellationToken);
            Volatile.Read(ref _state)!.All.TryGetValue(id, out entry);
        }

        return entry;
    }

    private async ValueTask<State> StateAsync(long atLeast, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _state) is not { } state || state.News.Number < atLeast)
        {
            await RefreshAsync(cancellationToken);
        }

        return Volatile.Read(ref _state)!;
    }

    private async Task<State> LoadAsync(CancellationToken cancellationToken)
    {
        var news = await loader.BeginAsync(cancellationToken);
        var entries = await loader.ReadAsync(null, cancellationToken);
        await ReadStandingsAsync([.. entries.Select(e => e.Key).OfType<ApiKeyId>().Distinct()], cancellationToken);
        return new State(
            news, entries.ToImmutableDictionary(e => e.Target.Id),
            entries.GroupBy(e => e.Target.Tenant).ToImmutableDictionary(g => g.Key, g => new Tenant(g.ToImmutableDictionary(e => e.Target.Id))));
    }

    private async Task<State> FollowAsync(State state, CancellationToken cancellationToken)
    {
        var news = await loader.ReadNewsAsync(state.News, cancellationToken);
        if (news.Keys.Count > 0)
        {
            await ReadStandingsAsync([.. _standings.Values.Where(s => news.Keys.Contains(s.Id.ToString()) || news.Keys.Contains(s.Consumer.ToString())).Select(s => s.Id)], cancellationToken);
        }

        if (news.Subscriptions.Count == 0)
        {
            return state with { News = news };
        }

        var read = await loader.ReadAsync(news.Subscriptions, cancellationToken);
        await ReadStandingsAsync([.. read.Select(e => e.Key).OfType<ApiKeyId>().Where(k => !_standings.ContainsKey(k)).Distinct()], cancellationToken);
        return state.With(news, read);
    }

    private async Task ReadStandingsAsync(IReadOnlyCollection<ApiKeyId> ids, CancellationToken cancellationToken)
    {
        var read = await keys.ReadAsync(ids, cancellationToken);
        foreach (var gone in ids.Except(read.Select(s => s.Id)))
        {
            _standings.TryRemove(gone, out _);
        }

        foreach (var standing in read)
        {
            _standings[standing.Id] = standing;
        }
    }

    /// <summary>The subscriptions of one tenant; its index is made when the first event asks for it.</summary>
    private sealed class Tenant(ImmutableDictionary<SubscriptionId, SubscriptionEntry> entries)
    {
        private readonly Lazy<SubscriptionIndex> _index = new(() => new SubscriptionIndex(entries.Values));

        public ImmutableDictionary<SubscriptionId, SubscriptionEntry> Entries => entries;

        public SubscriptionIndex Index => _index.Value;
    }

    private sealed record State(SubscriptionNews News, ImmutableDictionary<SubscriptionId, SubscriptionEntry> All, ImmutableDictionary<TenantId, Tenant> Tenants)
    {
        public State With(SubscriptionNews news, IReadOnlyList<SubscriptionEntry> read)
        {
            var (all, tenants) = (All, Tenants);
            foreach (var gone in news.Subscriptions.Except(read.Select(e => e.Target.Id)))
            {
                if (all.TryGetValue(gone, out var old))
                {
                    all = all.Remove(gone);
                    tenants = tenants.SetItem(old.Target.Tenant, new Tenant(tenants[old.Target.Tenant].Entries.Remove(gone)));
                }
            }

            foreach (var entry in read)
            {
                all = all.SetItem(entry.Target.Id, entry);
                var before = tenants.TryGetValue(entry.Target.Tenant, out var tenant) ? tenant.Entries : ImmutableDictionary<SubscriptionId, SubscriptionEntry>.Empty;
                tenants = tenants.SetItem(entry.Target.Tenant, new Tenant(before.SetItem(entry.Target.Id, entry)));
            }

            return new State(news, all, tenants);
        }
    }
}
