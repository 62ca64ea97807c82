using DataHub.Application.Access.Administrators;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Administrators;

internal sealed class AdministratorQueries(DataHubDbContext context) : IAdministrators
{
    private const long WriterLock = 0x4441_5441_444D_494E; // "DATADMIN"

    public Task LockAsync(CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", cancellationToken);

    public async Task<AdministratorState> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await context.Set<User>().IgnoreQueryFilters().AnyAsync(u => u.Global && u.Role == Role.Admin && u.Status == UserStatus.Active, cancellationToken))
        {
            return new AdministratorState(true, true);
        }

        var ends = await (from key in context.Set<ApiKey>().IgnoreQueryFilters()
                          join consumer in context.Set<Consumer>().IgnoreQueryFilters() on key.ConsumerId equals consumer.Id
                          where key.TenantId == TenantId.Default && key.Environment == KeyEnvironment.Admin && key.RevokedAt == null && key.DisabledAt == null
                              && (key.ExpiresAt == null || key.ExpiresAt > now) && consumer.SuspendedAt == null
                          orderby key.ExpiresAt == null descending
                          select key.ExpiresAt).Take(1).ToListAsync(cancellationToken);
        return new AdministratorState(ends.Count > 0, ends is [null]);
    }
}
