using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Events;
using DataHub.Domain.Webhooks.Subscriptions;
using Npgsql;

namespace DataHub.Infrastructure.Webhooks.Deliveries;

/// <summary>Takes deliveries from the queue and keeps them. All times are the database's.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="clock">Its monotonic side only: for how long a lease holds at least.</param>
internal sealed class DeliveryStore(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>Claims what is due, several endpoints at once.</summary>
    /// <param name="requests">What to claim.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<DeliveryLease>> ClaimAsync(IReadOnlyList<ClaimRequest> requests, TimeSpan lease, CancellationToken cancellationToken)
    {
        var claim = new NpgsqlBatchCommand(DeliverySql.Claim);
        Add(claim, lease);
        Add(claim, requests.Select(r => r.Subscription.Value).ToArray());
        Add(claim, requests.Select(r => (short)r.Lane).ToArray());
        Add(claim, requests.Select(r => r.Most).ToArray());
        Add(claim, requests.Select(r => r.Room).ToArray());
        return await ClaimAsync([claim], lease, cancellationToken);
    }

    /// <summary>Claims the next delivery of each endpoint that gets them in order.</summary>
    /// <param name="subscriptions">The endpoints.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<DeliveryLease>> ClaimFifoAsync(IReadOnlyList<SubscriptionId> subscriptions, TimeSpan lease, CancellationToken cancellationToken)
    {
        var ids = subscriptions.Select(s => s.Value).ToArray();
        var turn = new NpgsqlBatchCommand(DeliverySql.LockFifo);
        Add(turn, ids);
        var claim = new NpgsqlBatchCommand(DeliverySql.ClaimFifo);
        Add(claim, lease);
        Add(claim, ids);
        return await ClaimAsync([turn, claim], lease, cancellationToken);
    }

    /// <summary>Prolongs leases.</summary>
    /// <param name="leases">The leases; those that still hold get a later end.</param>
    /// <param name="lease">For how long from now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Those that were lost.</returns>
    public async Task<IReadOnlyList<DeliveryLease>> HeartbeatAsync(IReadOnlyList<DeliveryLease> leases, TimeSpan lease, CancellationToken cancellationToken)
    {
        var endsAt = EndOf(lease);
        await using var command = dataSource.CreateCommand(DeliverySql.Heartbeat);
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(l => l.Id.Value).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = leases.Select(l => l.Token).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = lease });
        var held = new HashSet<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                held.Add(reader.GetGuid(0));
            }
        }

        var lost = new List<DeliveryLease>();
        foreach (var each in leases)
        {
            if (held.Contains(each.Id.Value))
            {
                each.EndsAt = endsAt;
            }
            else
            {
                lost.Add(each);
            }
        }

        return lost;
    }

    /// <summary>Takes back leases that ran out; ends what was claimed too often without an attempt.</summary>
    /// <param name="mostClaims">Claims without an attempt that are enough.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Reclaimed> ReclaimAsync(int mostClaims, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(DeliverySql.Reclaim);
        command.Parameters.Add(new NpgsqlParameter { Value = (short)mostClaims });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (back, poisoned) = (new List<SubscriptionId>(), new List<(TenantId, SubscriptionId)>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var subscription = new SubscriptionId(reader.GetGuid(0));
            if (reader.GetBoolean(2))
            {
                poisoned.Add((new TenantId(reader.GetGuid(1)), subscription));
            }
            else
            {
                back.Add(subscription);
            }
        }

        return new Reclaimed(back, poisoned);
    }

    /// <summary>Where something is due.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<DueHead>> DueAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(DeliverySql.Due);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var heads = new List<DueHead>();
        while (await reader.ReadAsync(cancellationToken))
        {
            heads.Add(new DueHead(new SubscriptionId(reader.GetGuid(0)), (DeliveryLane)reader.GetInt16(1), reader.GetTimeSpan(2)));
        }

        return heads;
    }

    /// <summary>Ends what waits for an endpoint.</summary>
    /// <param name="subscription">The endpoint.</param>
    /// <param name="outcome">How it ends.</param>
    /// <param name="reason">Why.</param>
    /// <param name="overdue">Only what has been due for longer.</param>
    /// <param name="most">Most deliveries of a lane.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many ended.</returns>
    public async Task<int> EndWaitingAsync(SubscriptionId subscription, DeliveryOutcome outcome, string reason, TimeSpan overdue, int most, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(DeliverySql.EndWaiting);
        command.Parameters.Add(new NpgsqlParameter { Value = subscription.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = (short)outcome });
        command.Parameters.Add(new NpgsqlParameter { Value = reason });
        command.Parameters.Add(new NpgsqlParameter { Value = overdue });
        command.Parameters.Add(new NpgsqlParameter { Value = most });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The batch is one transaction; its last statement returns the claims.
    private async Task<IReadOnlyList<DeliveryLease>> ClaimAsync(IReadOnlyList<NpgsqlBatchCommand> commands, TimeSpan lease, CancellationToken cancellationToken)
    {
        var endsAt = EndOf(lease); // Counted from before the claim: never longer than the database counts.
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliverySql.Relaxed));
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        var claimed = new List<DeliveryLease>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var i = 0; i < commands.Count; i++)
        {
            await reader.NextResultAsync(cancellationToken);
        }

        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(Read(reader, endsAt));
        }

        await reader.NextResultAsync(cancellationToken); // A commit that fails is told here.
        return claimed;
    }

    private static DeliveryLease Read(NpgsqlDataReader reader, long endsAt) => new()
    {
        Id = new DeliveryId(reader.GetGuid(0)),
        Token = reader.GetInt64(1),
        Event = new EventId(reader.GetGuid(2)),
        EventCreatedAt = reader.GetFieldValue<DateTimeOffset>(3),
        EventType = reader.GetString(4),
        Tenant = new TenantId(reader.GetGuid(5)),
        Subscription = new SubscriptionId(reader.GetGuid(6)),
        Lane = (DeliveryLane)reader.GetInt16(7),
        Trigger = (DeliveryTrigger)reader.GetInt16(8),
        Attempt = reader.GetInt32(9),
        Claims = reader.GetInt16(10),
        Age = reader.GetTimeSpan(11),
        Uncounted = reader.GetTimeSpan(12),
        Body = reader.IsDBNull(13) ? null : reader.GetFieldValue<byte[]>(13),
        EndsAt = endsAt,
    };

    private long EndOf(TimeSpan lease) => clock.GetTimestamp() + (long)(lease.TotalSeconds * clock.TimestampFrequency);

    private static void Add(NpgsqlBatchCommand command, object value) => command.Parameters.Add(new NpgsqlParameter { Value = value });
}

/// <summary>What became of leases that ran out.</summary>
/// <param name="Back">Endpoints whose deliveries wait again, one entry a delivery.</param>
/// <param name="Poisoned">Deliveries that were ended.</param>
internal sealed record Reclaimed(IReadOnlyList<SubscriptionId> Back, IReadOnlyList<(TenantId Tenant, SubscriptionId Subscription)> Poisoned);
