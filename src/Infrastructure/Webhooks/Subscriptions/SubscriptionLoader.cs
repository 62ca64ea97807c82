using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Filters;
using DataHub.Domain.Webhooks.Mapping;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>What changed since the last look.</summary>
/// <param name="Number">Number of the newest change of subscriptions that is in it.</param>
/// <param name="Subscriptions">Ids of changed subscriptions; null: all have to be read.</param>
/// <param name="Keys">Payloads of changed keys.</param>
/// <param name="SeenSubscriptions">Where the next look at subscriptions begins.</param>
/// <param name="SeenKeys">Where the next look at keys begins.</param>
internal sealed record SubscriptionNews(long Number, IReadOnlyCollection<SubscriptionId> Subscriptions, IReadOnlyCollection<string> Keys, long SeenSubscriptions, long SeenKeys);

/// <summary>Reads subscriptions and what changed of them from the database.</summary>
internal sealed partial class SubscriptionLoader(NpgsqlDataSource database, IServiceScopeFactory scopes, SubscriptionTargets targets, ILogger<SubscriptionLoader> logger)
{
    /// <summary>Where things stand before anything was read. Read before the subscriptions are, so that nothing can fall in between.</summary>
    public async Task<SubscriptionNews> BeginAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT (SELECT number FROM webhooks.subscription_changes),
                coalesce((SELECT max(seq) FROM platform.changes WHERE topic = 'subscriptions'), 0), coalesce((SELECT max(seq) FROM platform.changes WHERE topic = 'keys'), 0)
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new SubscriptionNews(reader.GetInt64(0), [], [], reader.GetInt64(1), reader.GetInt64(2));
    }

    /// <summary>What changed since.</summary>
    public async Task<SubscriptionNews> ReadNewsAsync(SubscriptionNews last, CancellationToken cancellationToken)
    {
        // The number first: whatever it counts was committed together with its line in the list of changes.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT number FROM webhooks.subscription_changes"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "SELECT topic, seq, payload FROM platform.changes WHERE (topic = 'subscriptions' AND seq > $1) OR (topic = 'keys' AND seq > $2) ORDER BY seq")
        {
            Parameters = { new NpgsqlParameter { Value = last.SeenSubscriptions }, new NpgsqlParameter { Value = last.SeenKeys } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var number = reader.GetInt64(0);
        var (seenSubscriptions, seenKeys) = (last.SeenSubscriptions, last.SeenKeys);
        var (subscriptions, keys) = (new HashSet<SubscriptionId>(), new HashSet<string>(StringComparer.Ordinal));
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetString(0) == ChangeTopics.Keys)
            {
                keys.Add(reader.GetString(2));
                seenKeys = reader.GetInt64(1);
            }
            else
            {
                seenSubscriptions = reader.GetInt64(1);
                if (EntityId.TryParse<SubscriptionId>(reader.GetString(2), out var id))
                {
                    subscriptions.Add(id);
                }
            }
        }

        return new SubscriptionNews(number, subscriptions, keys, seenSubscriptions, seenKeys);
    }

    /// <summary>Reads subscriptions of all tenants.</summary>
    /// <param name="ids">Which ones; null for all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public async Task<IReadOnlyList<SubscriptionEntry>> ReadAsync(IReadOnlyCollection<SubscriptionId>? ids, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var all = scope.ServiceProvider.GetRequiredService<DataHubDbContext>().Set<Subscription>().AsNoTracking().IgnoreQueryFilters();
        var found = await (ids is null ? all : Among(all, [.. ids])).ToListAsync(cancellationToken);
        return [.. found.Select(Open)];
    }

    private static IQueryable<Subscription> Among(IQueryable<Subscription> all, List<SubscriptionId> ids) => all.Where(s => ids.Contains(s.Id));

    private SubscriptionEntry Open(Subscription subscription)
    {
        var target = targets.Of(subscription);
        if (target.Sealed)
        {
            LogSealed(subscription.Id.ToString());
        }

        // What was stored was checked; a fault here is one of a rule that came later, and must not let more through than was asked for.
        var faults = new List<DomainFault>();
        var d = subscription.Definition;
        var filter = d.Filter is null ? null : PayloadFilter.Parse(d.Filter, "", faults);
        var mapping = d.Mapping is null ? null : PayloadMapping.Parse(d.Mapping, "", faults);
        if (faults.Count > 0)
        {
            LogOutdated(subscription.Id.ToString(), faults[0].Message);
            target = target with { EventTypes = [] };
        }

        return new SubscriptionEntry(target, filter, mapping, d.Payload, subscription.KeyId, subscription.ConsumerId?.ToString());
    }

    [LoggerMessage(8001, LogLevel.Error, "The secrets of the subscription {Subscription} cannot be opened on this node; what is for it waits until they can, or are set anew.")]
    private partial void LogSealed(string subscription);

    [LoggerMessage(8002, LogLevel.Error, "The subscription {Subscription} breaks a rule ({Fault}); it gets nothing until it is mended.")]
    private partial void LogOutdated(string subscription, string fault);
}
