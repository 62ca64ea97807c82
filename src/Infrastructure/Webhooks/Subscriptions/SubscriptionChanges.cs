using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>Keeps the directory up to date with one topic: at once by notification, and at every poll for what was missed.</summary>
internal sealed class SubscriptionChanges(SubscriptionDirectory directory, string topic) : IChangeHandler
{
    public string Topic => topic;

    public Task OnChangedAsync(string payload, CancellationToken cancellationToken) => directory.RefreshAsync(cancellationToken);

    // This node hears of its own changes too, which it took in before it answered.
    public Task OnAnnouncedAsync(CommittedChange change, CancellationToken cancellationToken) =>
        directory.Knows(topic, change.Number) ? Task.CompletedTask : directory.RefreshAsync(cancellationToken);

    public Task CatchUpAsync(CancellationToken cancellationToken) => directory.RefreshAsync(cancellationToken);
}
