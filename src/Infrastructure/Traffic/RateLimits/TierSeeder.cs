using DataHub.Application.Abstractions;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Traffic.RateLimits;

/// <summary>Puts the seeded tiers into a new installation; does nothing once there is any tier. Runs after the schema, before the snapshot.</summary>
internal sealed class TierSeeder(IServiceScopeFactory scopes, IIdSource ids, TimeProvider clock) : IStartupTask
{
    private const long AdvisoryLock = 0x5449_4552; // "TIER"

    public int Order => 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<DataHubDbContext>();
        var changes = scope.ServiceProvider.GetRequiredService<IChangePublisher>();
        await scope.ServiceProvider.GetRequiredService<ITransactionRunner>().RunAsync(
            async () =>
            {
                // Nodes that start together take turns; the lock ends with the transaction.
                await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancellationToken);
                if (await context.Set<RateLimitTier>().AnyAsync(cancellationToken))
                {
                    return 0;
                }

                foreach (var (name, isDefault, limits) in SeededTiers.All)
                {
                    var tier = RateLimitTier.Create(new RateLimitTierId(ids.NewId()), name, isDefault, limits, clock.GetUtcNow());
                    tier.Share(clock.GetUtcNow());
                    context.Add(tier);
                }

                changes.Publish(ChangeTopics.Configuration);
                return SeededTiers.All.Count;
            },
            dryRun: false,
            cancellationToken);
    }
}
