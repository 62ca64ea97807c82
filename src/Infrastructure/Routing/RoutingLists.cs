using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Apis;
using DataHub.Application.Routing.Routes;
using DataHub.Application.Routing.Upstreams;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Routing;

/// <summary>Pages by keyset: the cursor holds the sort value and id of the last item, and the next page begins behind them.</summary>
internal sealed class RoutingLists(DataHubDbContext context) : IRoutingLists
{
    public Task<Page<UpstreamView>> ListUpstreamsAsync(ListRequest page, CancellationToken cancellationToken) =>
        PageAsync<Upstream, UpstreamId, UpstreamView>("upstreams", page, [], u => u.Name, u => UpstreamView.Of(u), cancellationToken);

    public Task<Page<ApiView>> ListApisAsync(ListRequest page, CancellationToken cancellationToken) =>
        PageAsync<PublishedApi, ApiId, ApiView>("apis", page, [], a => a.Name, a => ApiView.Of(a), cancellationToken);

    public Task<Page<RouteView>> ListRoutesAsync(ListRequest page, ApiId? apiId, UpstreamId? upstreamId, CancellationToken cancellationToken) =>
        PageAsync<ApiRoute, RouteId, RouteView>("routes", page, [("api_id", apiId?.Value), ("upstream_id", upstreamId?.Value)], r => r.Name, r => RouteView.Of(r), cancellationToken);

    private async Task<Page<TView>> PageAsync<T, TId, TView>(
        string table, ListRequest page, (string Column, Guid? Value)[] filters, Func<T, string> nameOf, Func<T, TView> view, CancellationToken cancellationToken)
        where T : AggregateRoot<TId>
        where TId : struct, IEntityId<TId>
    {
        var sort = page.Sort ?? "-createdAt";
        var descending = sort.StartsWith('-');
        var byName = sort.TrimStart('-') == "name";
        var shape = $"{table}|{sort}|{page.Search}|{string.Join('|', filters.Select(f => f.Value))}";
        var cursor = Cursor.Decode(page.Cursor, shape);

        var conditions = new List<string> { context.Tenancy.Condition() };
        var parameters = new List<NpgsqlParameter>();
        if (cursor is not null)
        {
            conditions.Add($"({(byName ? "name" : "created_at")}, id) {(descending ? "<" : ">")} (@sort, @id)");
            parameters.Add(new NpgsqlParameter("sort", byName ? cursor.SortValue : (object)ReadTime(cursor.SortValue)));
            parameters.Add(new NpgsqlParameter("id", cursor.Id));
        }

        if (page.Search is { Length: > 0 } search)
        {
            conditions.Add("strpos(lower(name), lower(@search)) > 0");
            parameters.Add(new NpgsqlParameter("search", search));
        }

        foreach (var (column, value) in filters.Where(f => f.Value is not null))
        {
            conditions.Add($"{column} = @{column}");
            parameters.Add(new NpgsqlParameter(column, value!.Value));
        }

        // Column and table names are constants of this class; every value is a parameter.
        var direction = descending ? "DESC" : "ASC";
        var sql = $"SELECT * FROM routing.{table} WHERE {string.Join(" AND ", conditions)} ORDER BY {(byName ? "name" : "created_at")} {direction}, id {direction} LIMIT {page.Limit + 1}";
        var items = await context.Set<T>().FromSqlRaw(sql, [.. parameters]).AsNoTracking().ToListAsync(cancellationToken);
        if (items.Count <= page.Limit)
        {
            return new Page<TView>([.. items.Select(view)], null);
        }

        var last = items[page.Limit - 1];
        var sortValue = byName ? nameOf(last) : last.CreatedAt.ToString("O", CultureInfo.InvariantCulture);
        return new Page<TView>([.. items.Take(page.Limit).Select(view)], new Cursor(sortValue, last.Id.Value).Encode(shape));
    }

    private static DateTimeOffset ReadTime(string text) =>
        DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw new DomainException(new DomainError(ErrorCodes.CursorMismatch, "The cursor belongs to another list."), "The cursor is damaged; start again without one.");
}
