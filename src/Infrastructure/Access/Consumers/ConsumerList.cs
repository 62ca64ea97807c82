using DataHub.Application.Abstractions;
using DataHub.Application.Access.Consumers;
using DataHub.Domain.Access.Consumers;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Consumers;

internal sealed class ConsumerList(DataHubDbContext context) : IConsumerList
{
    private static readonly Dictionary<string, SortField> Sorts = new()
    {
        ["createdAt"] = new("t.created_at", "timestamptz"),
        ["name"] = new("t.name COLLATE \"C\"", "text"),
    };

    public async Task<Page<ConsumerDocument>> ListAsync(ConsumerFilter filter, ListRequest list, CancellationToken cancellationToken)
    {
        var query = new KeysetSql("access.consumers t", Sorts)
            .Where("t.segment = {0}", filter.Segment?.ToString().ToLowerInvariant())
            .Where("t.tier_id = {0}", filter.TierId?.Value)
            .Where(filter.Suspended switch { null => null, true => "t.suspended_at IS NOT NULL", false => "t.suspended_at IS NULL" })
            .Search("t.name", list.Search);
        var page = await query.ReadAsync(context, list, LoadAsync, consumer => consumer.Id.Value, cancellationToken);
        return new Page<ConsumerDocument>([.. page.Items.Select(ConsumerDocument.From)], page.NextCursor);

        Task<List<Consumer>> LoadAsync(List<Guid> ids)
        {
            var wanted = ids.ConvertAll(id => new ConsumerId(id));
            return context.Set<Consumer>().AsNoTracking().Where(consumer => wanted.Contains(consumer.Id)).ToListAsync(cancellationToken);
        }
    }
}
