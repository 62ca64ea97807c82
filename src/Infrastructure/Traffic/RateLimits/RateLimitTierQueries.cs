using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Traffic.RateLimits;

internal sealed class RateLimitTierQueries(DataHubDbContext context) : IRateLimitTierQueries
{
    public async Task<Page<TierView>> ListAsync(ListRequest request, CancellationToken cancellationToken)
    {
        var sort = request.Sort ?? "-createdAt";
        var filters = $"tiers|{sort}|{request.Search}";
        var query = context.Set<RateLimitTier>().AsNoTracking();
        if (!string.IsNullOrEmpty(request.Search))
        {
            query = query.Where(t => EF.Functions.ILike(t.Name, $"%{Escape(request.Search)}%", "\\"));
        }

        var cursor = Cursor.Decode(request.Cursor, filters);
        var tiers = await Page(query, sort, cursor).Take(request.Limit + 1).ToListAsync(cancellationToken);
        var more = tiers.Count > request.Limit;
        var items = tiers.Take(request.Limit).Select(TierView.Of).ToList();
        return new Page<TierView>(items, more ? CursorOf(items[^1], sort).Encode(filters) : null);
    }

    private static IQueryable<RateLimitTier> Page(IQueryable<RateLimitTier> query, string sort, Cursor? cursor)
    {
        var id = new RateLimitTierId(cursor?.Id ?? Guid.Empty);
        var name = cursor?.SortValue ?? "";
        var at = sort.EndsWith("createdAt", StringComparison.Ordinal) && cursor is not null
            ? ReadTime(cursor.SortValue) : default;
        return (sort, cursor) switch
        {
            ("name", null) => query.OrderBy(t => t.Name),
            ("-name", null) => query.OrderByDescending(t => t.Name),
            ("createdAt", null) => query.OrderBy(t => t.CreatedAt).ThenBy(t => t.Id),
            (_, null) => query.OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id),
            ("name", _) => query.Where(t => string.Compare(t.Name, name) > 0).OrderBy(t => t.Name),
            ("-name", _) => query.Where(t => string.Compare(t.Name, name) < 0).OrderByDescending(t => t.Name),
            ("createdAt", _) => query.Where(t => EF.Functions.GreaterThan(ValueTuple.Create(t.CreatedAt, t.Id), ValueTuple.Create(at, id)))
                .OrderBy(t => t.CreatedAt).ThenBy(t => t.Id),
            _ => query.Where(t => EF.Functions.LessThan(ValueTuple.Create(t.CreatedAt, t.Id), ValueTuple.Create(at, id)))
                .OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id),
        };
    }

    private static Cursor CursorOf(TierView last, string sort) => new(
        sort.EndsWith("name", StringComparison.Ordinal) ? last.Name : last.CreatedAt.UtcTicks.ToString(CultureInfo.InvariantCulture), last.Id.Value);

    private static DateTimeOffset ReadTime(string ticks) =>
        long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(value, TimeSpan.Zero)
            : throw new DomainException(new DomainError(ErrorCodes.CursorMismatch, "The cursor belongs to another list."), "The cursor is damaged; start again without one.");

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
