using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.ApiKeys;

internal sealed class ApiKeyList(DataHubDbContext context, IKeyInsights insights) : IApiKeyList
{
    private static readonly Dictionary<string, SortField> Sorts = new()
    {
        ["createdAt"] = new("t.created_at", "timestamptz"),
        ["name"] = new("t.name COLLATE \"C\"", "text"),
        ["lastUsedAt"] = new($"coalesce(t.last_used_at, '{KeysetSql.Never}')", "timestamptz"),
        ["expiresAt"] = new($"coalesce(t.expires_at, '{KeysetSql.Never}')", "timestamptz"),
    };

    public async Task<Page<ApiKeyDocument>> ListAsync(ApiKeyFilter filter, ListRequest list, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new KeysetSql("access.api_keys t", Sorts)
            .Where("t.consumer_id = {0}", filter.ConsumerId?.Value)
            .Where("t.tier_id = {0}", filter.TierId?.Value)
            .Where("t.environment = {0}", filter.Environment is { } environment ? KeyFormat.WordOf(environment) : null)
            .Where("EXISTS (SELECT 1 FROM access.consumers c WHERE c.id = t.consumer_id AND c.segment = {0})", filter.Segment?.ToString().ToLowerInvariant())
            .Where(ConditionOf(filter.Status))
            .Where(ConditionOf(filter.Health))
            .Search("t.name", list.Search);
        var page = await query.ReadAsync(context, list, LoadAsync, key => key.Id.Value, cancellationToken);
        var known = await insights.ReadAsync([.. page.Items.Select(key => key.Id)], cancellationToken);
        return new Page<ApiKeyDocument>([.. page.Items.Select(key => ApiKeyDocument.From(key, now, known.GetValueOrDefault(key.Id)))], page.NextCursor);

        Task<List<ApiKey>> LoadAsync(List<Guid> ids)
        {
            var wanted = ids.ConvertAll(id => new ApiKeyId(id));
            return context.Set<ApiKey>().AsNoTracking().Where(key => wanted.Contains(key.Id)).ToListAsync(cancellationToken);
        }
    }

    // What follows from the key itself is asked of the key, as KeyHealth does; the rest of the last computation. Only accepted keys have a health.
    private static string? ConditionOf(KeyHealthCode? health) => health switch
    {
        null => null,
        KeyHealthCode.ExpiresSoon => $"{ConditionOf(KeyStatus.Active)} AND t.expires_at <= now() + interval '{KeyHealth.ExpiresSoonDays} days'",
        KeyHealthCode.NeverUsed => $"{ConditionOf(KeyStatus.Active)} AND t.last_used_at IS NULL",
        KeyHealthCode.Unused => $"{ConditionOf(KeyStatus.Active)} AND t.last_used_at <= now() - interval '{KeyHealth.UnusedDays} days'",
        { } code => $"{ConditionOf(KeyStatus.Active)} AND EXISTS (SELECT 1 FROM access.key_health h WHERE h.api_key_id = t.id AND h.code = '{KeyHealthWords.Of(code)}')",
    };

    // The same order of precedence as ApiKey.StatusAt. The time is the database's, so that a page's cursor does not depend on it.
    private static string? ConditionOf(KeyStatus? status) => status switch
    {
        null => null,
        KeyStatus.Revoked => "t.revoked_at IS NOT NULL",
        KeyStatus.Expired => "t.revoked_at IS NULL AND t.expires_at <= now()",
        KeyStatus.Disabled => "t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND t.disabled_at IS NOT NULL",
        KeyStatus.Active => "t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND t.disabled_at IS NULL",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}
