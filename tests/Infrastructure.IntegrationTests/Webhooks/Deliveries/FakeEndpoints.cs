using System.Collections.Concurrent;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Deliveries;

/// <summary>One attempt that an endpoint saw.</summary>
internal sealed record Received(SubscriptionId Subscription, EventId Event, DeliveryId Delivery, int Attempt, string Body);

/// <summary>Subscriptions and their endpoints, in memory: what they answer is a script, what they got is a ledger. Shared by the nodes of a test.</summary>
internal sealed class FakeEndpoints : ISubscriptionDirectory, ISubscriptionStatus, IWebhookSender
{
    private readonly ConcurrentDictionary<SubscriptionId, SubscriptionTarget> _targets = new();
    private readonly ConcurrentDictionary<SubscriptionId, Func<WebhookMessage, CancellationToken, Task<AttemptReport>>> _scripts = new();
    private readonly ConcurrentDictionary<SubscriptionId, int> _busy = new();

    private int _disablings;

    public ConcurrentQueue<Received> Ledger { get; } = new();

    public ConcurrentDictionary<SubscriptionId, int> MostAtOnce { get; } = new();

    public ConcurrentDictionary<SubscriptionId, DisabledReason> Disabled { get; } = new();

    /// <summary>How often any of them was to be disabled.</summary>
    public int Disablings => Volatile.Read(ref _disablings);

    public ConcurrentQueue<SubscriptionId> Verified { get; } = new();

    /// <summary>Types that keys may not get any more.</summary>
    public ConcurrentDictionary<string, bool> Forbidden { get; } = new();

    /// <summary>Fails matching for these events, as a defect would.</summary>
    public ConcurrentDictionary<Guid, bool> Poison { get; } = new();

    public SubscriptionId Add(Func<SubscriptionTarget, SubscriptionTarget>? change = null, Func<WebhookMessage, CancellationToken, Task<AttemptReport>>? script = null)
    {
        var id = DeliveryQueue.NewSubscription();
        var target = NewTarget(id);
        _targets[id] = change?.Invoke(target) ?? target;
        _scripts[id] = script ?? Answer(200);
        return id;
    }

    public static SubscriptionTarget NewTarget(SubscriptionId id) => new()
    {
        Id = id, Tenant = TenantId.Default, Version = 1, Url = new Uri("https://example.com/hook"), EventTypes = ["*"], Enabled = true, Secrets = [],
    };

    public void Change(SubscriptionId id, Func<SubscriptionTarget, SubscriptionTarget> change) => _targets[id] = change(_targets[id]);

    public void Script(SubscriptionId id, Func<WebhookMessage, CancellationToken, Task<AttemptReport>> script) => _scripts[id] = script;

    public void Remove(SubscriptionId id) => _targets.TryRemove(id, out _);

    public static Func<WebhookMessage, CancellationToken, Task<AttemptReport>> Answer(int status, TimeSpan? retryAfter = null) => (_, _) => Task.FromResult(Report(status, retryAfter));

    public static AttemptReport Report(int status, TimeSpan? retryAfter = null)
    {
        var outcome = status switch
        {
            >= 200 and < 300 => AttemptClass.Success,
            410 => AttemptClass.Gone,
            429 => AttemptClass.Throttled,
            0 => AttemptClass.Connect,
            _ => AttemptClass.Status,
        };
        return DeliveryQueue.Report(outcome, status == 0 ? null : status) with { RetryAfter = retryAfter };
    }

    public IReadOnlyList<Received> Of(SubscriptionId id) => [.. Ledger.Where(r => r.Subscription == id)];

    public ValueTask<SubscriptionTarget?> FindAsync(SubscriptionId id, CancellationToken cancellationToken) => ValueTask.FromResult(_targets.GetValueOrDefault(id));

    public ValueTask<IReadOnlyList<SubscriptionMatch>> MatchAsync(StoredEvent stored, SubscriptionId after, int limit, long atLeast, CancellationToken cancellationToken) =>
        Poison.ContainsKey(stored.Id.Value)
            ? throw new InvalidOperationException("This event breaks the directory.")
            : ValueTask.FromResult<IReadOnlyList<SubscriptionMatch>>(
                [.. _targets.Values.Where(t => t.Id.Value.CompareTo(after.Value) > 0 && t.EventTypes.Any(e => e == "*" || e == stored.Type)).Select(t => t.Id)
                    .OrderBy(k => k.Value).Take(limit).Select(k => new SubscriptionMatch(k, null, null))]);

    public ValueTask<bool> MayReceiveAsync(SubscriptionId id, string type, CancellationToken cancellationToken) => ValueTask.FromResult(!Forbidden.ContainsKey(type));

    public Task VerifiedAsync(SubscriptionId id, Uri url, CancellationToken cancellationToken)
    {
        Verified.Enqueue(id);
        return Task.CompletedTask;
    }

    public Task<bool> DisableAsync(SubscriptionId id, Uri url, DisabledReason reason, CancellationToken cancellationToken)
    {
        var before = _targets[id].Enabled;
        Change(id, t => t with { Enabled = false });
        Interlocked.Increment(ref _disablings);
        Disabled[id] = reason; // Last: who waits for it may enable it again.
        return Task.FromResult(before);
    }

    public async Task<AttemptReport> SendAsync(SubscriptionTarget target, WebhookMessage message, CancellationToken cancellationToken)
    {
        var busy = _busy.AddOrUpdate(target.Id, 1, (_, n) => n + 1);
        MostAtOnce.AddOrUpdate(target.Id, busy, (_, most) => Math.Max(most, busy));
        Ledger.Enqueue(new Received(target.Id, message.EventId, message.DeliveryId, message.Attempt, System.Text.Encoding.UTF8.GetString(message.Body.Span)));
        try
        {
            return await _scripts[target.Id](message, cancellationToken);
        }
        finally
        {
            _busy.AddOrUpdate(target.Id, 0, (_, n) => n - 1);
        }
    }
}
