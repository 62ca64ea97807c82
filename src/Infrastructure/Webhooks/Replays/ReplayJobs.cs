using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Replays;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Replays;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Persistence;
using DataHub.Infrastructure.Webhooks.Subscriptions;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Replays;

internal sealed class ReplayJobs(DataHubDbContext context, NpgsqlDataSource database, ReplayRunner runner) : IReplayJobs
{
    private static readonly Dictionary<string, SortField> Sorts = new() { ["createdAt"] = new("t.created_at", "timestamptz") };

    public async Task AddAsync(ReplayJobId id, ReplayOrder order, string createdBy, CancellationToken cancellationToken)
    {
        await context.Database.ExecuteSqlRawAsync(
            "INSERT INTO webhooks.jobs (id, tenant_id, kind, subscription_id, filter, state, created_by) VALUES ({0}, {1}, {2}, nullif({3}, '')::uuid, {4}::jsonb, 'waiting', {5})",
            [id.Value, context.Tenancy.Tenant.Value, order.Kind.ToString(), order.Subscription?.Value.ToString() ?? "", SubscriptionJson.Write(StoredOrder.Of(order)), createdBy], cancellationToken);
        runner.Wake(); // A moment too early does no harm: it looks again.
    }

    public async Task<bool> CancelAsync(ReplayJobId id, CancellationToken cancellationToken) =>
        await context.Database.ExecuteSqlRawAsync(
            "UPDATE webhooks.jobs SET state = 'cancelled', finished_at = now(), updated_at = now() WHERE id = {0} AND state IN ('waiting', 'running') AND (tenant_id = {1} OR {2})",
            [id.Value, context.Tenancy.Tenant.Value, context.Tenancy.Everything], cancellationToken) == 1;

    public async Task<ReplayJobView?> FindAsync(ReplayJobId id, CancellationToken cancellationToken) => (await ReadAsync([id.Value], cancellationToken)).FirstOrDefault();

    public Task<Page<ReplayJobView>> ListAsync(ReplayState? state, ListRequest list, CancellationToken cancellationToken)
    {
        var query = new KeysetSql("webhooks.jobs t", Sorts).Where("t.state = {0}", state?.ToString().ToLowerInvariant());
        return query.ReadAsync(context, list, ids => ReadAsync(ids, cancellationToken), view => EntityId.TryParse<ReplayJobId>(view.Id, out var id) ? id.Value : default, cancellationToken);
    }

    private async Task<List<ReplayJobView>> ReadAsync(List<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            SELECT id, filter::text, state, total, done, enqueued, error, created_by, created_at, started_at, finished_at, extract(epoch FROM coalesce(finished_at, now()) - started_at)::float8
            FROM webhooks.jobs WHERE id = ANY ($1) AND {context.Tenancy.Condition()}
            """);
        command.Parameters.AddWithValue(ids.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<ReplayJobView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(Show(reader));
        }

        return found;
    }

    private static ReplayJobView Show(NpgsqlDataReader reader)
    {
        var order = SubscriptionJson.Read<StoredOrder>(reader.GetString(1)).ToOrder();
        var state = Enum.Parse<ReplayState>(reader.GetString(2), ignoreCase: true);
        var (total, done) = (reader.GetInt64(3), reader.GetInt64(4));
        double? seconds = reader.IsDBNull(11) ? null : reader.GetDouble(11);
        double? rate = seconds > 0 ? Math.Round(done / seconds.Value, 1) : null;
        var percent = state == ReplayState.Done ? 100 : total > 0 ? Math.Min(100, Math.Round(100.0 * done / total, 1)) : 0;
        return new ReplayJobView(
            EntityId.Format(ReplayJobId.Prefix, reader.GetGuid(0)), order.Kind, order.Subscription?.ToString(), order.EventType, order.Outcomes, order.Since, order.Until, state, total, done,
            reader.GetInt64(5), percent, rate, state == ReplayState.Running && rate > 0 ? Math.Round(Math.Max(0, total - done) / rate.Value, 1) : null,
            reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetString(7), reader.GetFieldValue<DateTimeOffset>(8), Instant(reader, 9), Instant(reader, 10));
    }

    private static DateTimeOffset? Instant(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>An order as it is stored.</summary>
internal sealed record StoredOrder(ReplayKind Kind, Guid? Subscription, string? EventType, IReadOnlyList<Domain.Webhooks.Deliveries.DeliveryOutcome> Outcomes, DateTimeOffset Since, DateTimeOffset Until)
{
    public static StoredOrder Of(ReplayOrder order) => new(order.Kind, order.Subscription?.Value, order.EventType, order.Outcomes, order.Since, order.Until);

    public ReplayOrder ToOrder() => new(Kind, Subscription is { } id ? new SubscriptionId(id) : null, EventType, Outcomes, Since, Until);
}
