using System.Collections.Concurrent;
using System.Collections.Frozen;
using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.EventTypes;
using DataHub.Domain.SharedKernel;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.EventTypes;

/// <summary>The registered types of the tenants that publish on this node; read when first asked for, forgotten when they change.</summary>
internal sealed class EventTypeRegistry(NpgsqlDataSource database, IEventSchemaCompiler schemas) : IEventTypeRegistry, IChangeHandler
{
    private const string Sql = "SELECT name, scope, schema_version, archived, schema FROM webhooks.event_types WHERE tenant_id = $1";

    private readonly ConcurrentDictionary<TenantId, TenantEventTypes> _known = new();
    private long _lastSeen = -1;
    private long _generation;

    public string Topic => ChangeTopics.EventTypes;

    public async ValueTask<TenantEventTypes> ReadAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(tenant, out var known))
        {
            return known;
        }

        // What was read before a change must not be kept after it.
        var generation = Interlocked.Read(ref _generation);
        var read = await LoadAsync(tenant, cancellationToken);
        if (generation == Interlocked.Read(ref _generation))
        {
            _known[tenant] = read;
        }

        return read;
    }

    public Task OnChangedAsync(string payload, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _generation);
        if (EntityId.TryParse<TenantId>(payload, out var tenant))
        {
            _known.TryRemove(tenant, out _);
        }

        return Task.CompletedTask;
    }

    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT coalesce((SELECT value FROM platform.epochs WHERE topic = $1), 0)");
        command.Parameters.AddWithValue(Topic);
        var number = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (Interlocked.Exchange(ref _lastSeen, number) != number)
        {
            Interlocked.Increment(ref _generation);
            _known.Clear();
        }
    }

    private async Task<TenantEventTypes> LoadAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(tenant.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var types = new Dictionary<string, RegisteredEventType>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            var schema = reader.IsDBNull(4) ? null : schemas.Compile(reader.GetString(4), "", []);
            types[name] = new RegisteredEventType(name, reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt32(2), reader.GetBoolean(3), schema);
        }

        return types.Count == 0 ? TenantEventTypes.None : new TenantEventTypes(types.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
