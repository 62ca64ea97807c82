using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

internal sealed class SubscriptionList(DataHubDbContext context) : ISubscriptionList
{
    private static readonly Dictionary<string, SortField> Sorts = new()
    {
        ["createdAt"] = new("t.created_at", "timestamptz"),
        ["url"] = new("(t.definition ->> 'url') COLLATE \"C\"", "text"),
    };

    public Task<Page<Subscription>> ListAsync(SubscriptionFilter filter, ListRequest list, CancellationToken cancellationToken)
    {
        var query = new KeysetSql("webhooks.subscriptions t", Sorts)
            .Where("(t.disabled_at IS NULL) = {0}", filter.Enabled)
            .Where("(t.verified_at IS NOT NULL) = {0}", filter.Verified)
            .Where("t.key_id = {0}", filter.Key?.Value)
            .Where("t.consumer_id = {0}", filter.Consumer?.Value)
            .Where("t.definition -> 'eventTypes' ?| {0}", PatternsOf(filter.EventType))
            .Search("t.definition ->> 'url'", list.Search);
        return query.ReadAsync(context, list, LoadAsync, subscription => subscription.Id.Value, cancellationToken);

        Task<List<Subscription>> LoadAsync(List<Guid> ids)
        {
            var wanted = ids.ConvertAll(id => new SubscriptionId(id));
            return context.Set<Subscription>().AsNoTracking().Where(s => wanted.Contains(s.Id)).ToListAsync(cancellationToken);
        }
    }

    // Every pattern that takes the type.
    private static string[]? PatternsOf(string? type)
    {
        if (type is null)
        {
            return null;
        }

        var patterns = new List<string> { EventTypePattern.All, type };
        for (var dot = type.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = type.IndexOf('.', dot + 1))
        {
            patterns.Add(type[..dot] + ".*");
        }

        return [.. patterns];
    }
}
