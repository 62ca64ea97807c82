using System.Data;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Contracts;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Routing.Snapshots;

/// <summary>Reads the configuration, all of it as of one instant.</summary>
internal sealed class SnapshotLoader(IServiceScopeFactory scopes)
{
    /// <summary>The epoch alone: cheap, for polling.</summary>
    public async Task<long> ReadEpochAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ConfigurationEpoch.ReadAsync(scope.ServiceProvider.GetRequiredService<DataHubDbContext>(), cancellationToken);
    }

    /// <summary>Everything and its epoch, in one REPEATABLE READ transaction.</summary>
    public async Task<RoutingDocument> ReadAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<DataHubDbContext>();
        await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return await scope.ServiceProvider.GetRequiredService<IRoutingConfiguration>().ReadAsync(cancellationToken);
    }
}
