using DataHub.Application.Access.KeyLifecycle;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Access.KeyLifecycle;

internal sealed class TierRotationStore(DataHubDbContext context, NpgsqlDataSource database) : ITierRotations
{
    public async Task<RotationSchedule?> FindAsync(RateLimitTierId tierId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT every_days, grace_seconds, enforced FROM access.tier_rotations WHERE tier_id = $1");
        command.Parameters.AddWithValue(tierId.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new RotationSchedule(reader.GetInt32(0), reader.GetInt32(1), reader.GetBoolean(2)) : null;
    }

    public Task SetAsync(RateLimitTierId tierId, RotationSchedule? schedule, CancellationToken cancellationToken) => schedule is null
        ? context.Database.ExecuteSqlAsync($"DELETE FROM access.tier_rotations WHERE tier_id = {tierId.Value}", cancellationToken)
        : context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO access.tier_rotations (tier_id, every_days, grace_seconds, enforced)
            VALUES ({tierId.Value}, {schedule.EveryDays}, {schedule.GraceSeconds}, {schedule.Enforced})
            ON CONFLICT (tier_id) DO UPDATE SET every_days = excluded.every_days, grace_seconds = excluded.grace_seconds, enforced = excluded.enforced
            """,
            cancellationToken);
}
