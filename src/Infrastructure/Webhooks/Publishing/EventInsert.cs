using System.Security.Cryptography;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Events;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Publishing;

/// <summary>Stores the events of several requests in one transaction. Idempotency keys are claimed first, in order, so that two nodes cannot wait for each other.</summary>
internal sealed class EventInsert(NpgsqlDataSource database)
{
    private const string Keys = """
        INSERT INTO webhooks.event_keys (tenant_id, key, event_id, body_sha256) SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[])
        ON CONFLICT (tenant_id, key) DO NOTHING RETURNING event_id
        """;

    private const string Known = """
        SELECT k.tenant_id, k.key, k.event_id, k.body_sha256, e.type, e.occurred_at
        FROM unnest($1::uuid[], $2::text[]) AS w(tenant_id, key) JOIN webhooks.event_keys k ON k.tenant_id = w.tenant_id AND k.key = w.key
        LEFT JOIN webhooks.events e ON e.id = k.event_id AND e.created_at = k.created_at
        """;

    private const string Forget = "DELETE FROM webhooks.event_keys WHERE event_id = ANY ($1)";

    private const string Events = """
        INSERT INTO webhooks.events (id, tenant_id, type, occurred_at, payload, schema_version, idempotency_key, payload_sha256, source)
        SELECT id, tenant_id, type, occurred_at, payload, nullif(schema_version, 0), idempotency_key, payload_sha256, source
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bytea[], $6::int[], $7::text[], $8::bytea[], $9::text[])
            AS n(id, tenant_id, type, occurred_at, payload, schema_version, idempotency_key, payload_sha256, source)
        """;

    private static readonly DomainError Reused = new(ErrorCodes.IdempotencyKeyReused, "The idempotency key was used with another event.");

    /// <summary>Stores what is new, and notes on each request what came of it.</summary>
    public async Task RunAsync(IReadOnlyList<Waiting> batch, CancellationToken cancellationToken)
    {
        foreach (var waiting in batch)
        {
            waiting.Begin();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (batch.All(w => w.Events.All(e => e.Key is null)))
        {
            await InsertAsync(connection, batch, cancellationToken); // One statement is a transaction of its own.
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ClaimAsync(connection, batch, cancellationToken);
        await InsertAsync(connection, batch, cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static async Task ClaimAsync(NpgsqlConnection connection, IReadOnlyList<Waiting> batch, CancellationToken cancellationToken)
    {
        var keyed = batch.SelectMany(w => w.Events.Select((e, i) => (Waiting: w, Index: i, Event: e))).Where(k => k.Event.Key is not null)
            .OrderBy(k => k.Event.Tenant.Value).ThenBy(k => k.Event.Key, StringComparer.Ordinal).ToList();
        var claimed = new HashSet<Guid>();
        await using (var insert = Command(connection, Keys,
            keyed.Select(k => k.Event.Tenant.Value).ToArray(), keyed.Select(k => k.Event.Key!).ToArray(), keyed.Select(k => k.Event.Id.Value).ToArray(), keyed.Select(k => k.Event.BodyHash!).ToArray()))
        await using (var reader = await insert.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                claimed.Add(reader.GetGuid(0));
            }
        }

        var again = keyed.Where(k => !claimed.Contains(k.Event.Id.Value)).ToList();
        if (again.Count == 0)
        {
            return;
        }

        var known = new Dictionary<(Guid, string), (AcceptedEvent? Event, EventId Id, byte[] Hash)>();
        await using (var select = Command(connection, Known, again.Select(k => k.Event.Tenant.Value).ToArray(), again.Select(k => k.Event.Key!).ToArray()))
        await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = new EventId(reader.GetGuid(2));
                var stored = reader.IsDBNull(4) ? null : new AcceptedEvent(id, reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), true);
                known[(reader.GetGuid(0), reader.GetString(1))] = (stored, id, reader.GetFieldValue<byte[]>(3));
            }
        }

        // Two callers of one commit may bring the same key: the event of the first is not stored yet, and known here.
        var here = keyed.Where(k => claimed.Contains(k.Event.Id.Value)).ToDictionary(k => k.Event.Id, k => k.Event);
        foreach (var (waiting, index, incoming) in again)
        {
            var (stored, id, hash) = known[(incoming.Tenant.Value, incoming.Key!)];
            if (!CryptographicOperations.FixedTimeEquals(hash, incoming.BodyHash))
            {
                waiting.Refusal = new DomainException(Reused, $"The idempotency key '{incoming.Key}' was used with another event; take a new key for a new event.");
            }
            else
            {
                waiting.Replay(index, stored ?? (here.TryGetValue(id, out var first) ? new AcceptedEvent(id, first.Type, first.OccurredAt, true) : new AcceptedEvent(id, incoming.Type, incoming.OccurredAt, true)));
            }
        }

        await ForgetAsync(connection, batch, claimed, cancellationToken);
    }

    // All of a request or none: its new keys go when one of its keys is refused. Who came with the same new key in this very commit has to come again.
    private static async Task ForgetAsync(NpgsqlConnection connection, IReadOnlyList<Waiting> batch, HashSet<Guid> claimed, CancellationToken cancellationToken)
    {
        var gone = batch.Where(w => w.Refusal is not null).SelectMany(w => w.Events).Select(e => e.Id.Value).Where(claimed.Contains).ToArray();
        if (gone.Length == 0)
        {
            return;
        }

        if (batch.Count > 1)
        {
            throw new PostgresException("A request was refused; its keys may be those of another.", "ERROR", "ERROR", PostgresErrorCodes.SerializationFailure);
        }

        await using var delete = Command(connection, Forget, gone);
        await delete.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<Waiting> batch, CancellationToken cancellationToken)
    {
        var events = batch.Where(w => w.Refusal is null).SelectMany(w => w.Events.Where((_, i) => w.IsNew(i))).ToList();
        if (events.Count == 0)
        {
            return;
        }

        await using var insert = Command(connection, Events,
            events.Select(e => e.Id.Value).ToArray(), events.Select(e => e.Tenant.Value).ToArray(), events.Select(e => e.Type).ToArray(), events.Select(e => e.OccurredAt).ToArray(),
            events.Select(e => e.Payload).ToArray(), events.Select(e => e.SchemaVersion).ToArray(), events.Select(e => e.Key).ToArray(), events.Select(e => SHA256.HashData(e.Payload)).ToArray(),
            events.Select(e => e.Source).ToArray());
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return command;
    }
}
