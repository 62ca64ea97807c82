using System.Text.Json;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using DataHub.Infrastructure.Persistence;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Publishing;

internal sealed class EventReader(DataHubDbContext context, NpgsqlDataSource database) : IEventReader
{
    private const string Columns = "SELECT id, type, occurred_at, source, schema_version, octet_length(payload), created_at";

    private static readonly Dictionary<string, SortField> Sorts = new() { ["createdAt"] = new("t.created_at", "timestamptz") };

    public async Task<EventView?> FindAsync(EventId id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Columns}, payload FROM webhooks.events WHERE id = $1 AND {context.Tenancy.Condition()}");
        command.Parameters.AddWithValue(id.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader, JsonElement.Parse(reader.GetFieldValue<byte[]>(7))) : null;
    }

    public Task<Page<EventView>> ListAsync(EventFilter filter, ListRequest list, CancellationToken cancellationToken)
    {
        var prefix = filter.Type is { } type && type.EndsWith(".*", StringComparison.Ordinal) ? type[..^1] : null;
        var query = new KeysetSql("webhooks.events t", Sorts)
            .Where("starts_with(t.type, {0})", prefix)
            .Where("t.type = {0}", prefix is null ? filter.Type : null)
            .Where("t.source = {0}", filter.Source)
            .Where("t.created_at >= {0}", filter.From?.ToUniversalTime())
            .Where("t.created_at < {0}", filter.To?.ToUniversalTime())
            .Search("t.type", list.Search);
        return query.ReadAsync(context, list, LoadAsync, view => EntityId.TryParse<EventId>(view.Id, out var id) ? id.Value : default, cancellationToken);

        async Task<List<EventView>> LoadAsync(List<Guid> ids)
        {
            await using var command = database.CreateCommand($"{Columns} FROM webhooks.events WHERE id = ANY ($1)");
            command.Parameters.AddWithValue(ids.ToArray());
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var found = new List<EventView>();
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add(Read(reader, null));
            }

            return found;
        }
    }

    private static EventView Read(NpgsqlDataReader reader, JsonElement? payload) => new(
        EntityId.Format(EventId.Prefix, reader.GetGuid(0)), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3),
        reader.IsDBNull(4) ? null : reader.GetInt32(4), reader.GetInt32(5), reader.GetFieldValue<DateTimeOffset>(6), payload);
}
