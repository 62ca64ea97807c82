using DataHub.Application.Access.Contracts;
using DataHub.Domain.Traffic.RateLimits;
using Npgsql;

namespace DataHub.Infrastructure.Access;

internal sealed class TierUsage(NpgsqlDataSource database) : ITierUsage
{
    public async Task<int> CountAsync(RateLimitTierId tierId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            SELECT ((SELECT count(*) FROM access.consumers WHERE tier_id = $1)
                  + (SELECT count(*) FROM access.api_keys WHERE tier_id = $1 AND revoked_at IS NULL)
                  + (SELECT count(*) FROM access.token_issuers WHERE definition ->> 'tierId' = $2))::int
            """);
        command.Parameters.AddWithValue(tierId.Value);
        command.Parameters.AddWithValue(tierId.ToString());
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
