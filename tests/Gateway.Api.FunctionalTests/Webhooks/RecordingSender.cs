using System.Collections.Concurrent;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks;

/// <summary>Takes the place of the network: keeps what would be sent, and answers as it is told to.</summary>
internal sealed class RecordingSender : IWebhookSender
{
    public ConcurrentQueue<(SubscriptionTarget Target, WebhookMessage Message)> Sent { get; } = new();

    /// <summary>The answer where there is no other; 200 unless it is set.</summary>
    public Func<WebhookMessage, AttemptReport> Otherwise { get; set; } = _ => Report(AttemptClass.Success, 200);

    /// <summary>The answers by subscription.</summary>
    public ConcurrentDictionary<SubscriptionId, Func<WebhookMessage, AttemptReport>> Answers { get; } = new();

    public static AttemptReport Report(AttemptClass what, int? status, byte[]? head = null) =>
        new() { Class = what, StartedAt = DateTimeOffset.UnixEpoch, Status = status, Timings = new AttemptTimings(null, null, null, null, 12.34), ResponseHead = head ?? [] };

    public Task<AttemptReport> SendAsync(SubscriptionTarget target, WebhookMessage message, CancellationToken cancellationToken)
    {
        Sent.Enqueue((target, message));
        return Task.FromResult(Answers.TryGetValue(target.Id, out var answer) ? answer(message) : Otherwise(message));
    }
}
