using DataHub.Application.Access.OneTimeLinks;
using DataHub.Domain.Access.OneTimeLinks;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.OneTimeLinks;

internal sealed class OneTimeLinkRepository(DataHubDbContext context) : IOneTimeLinkRepository
{
    public async Task<OneTimeLink?> FindAsync(byte[] digest, CancellationToken cancellationToken) =>
        (await context.Set<OneTimeLink>().FromSql($"SELECT * FROM access.one_time_links WHERE token_digest = {digest} FOR UPDATE").ToListAsync(cancellationToken)).SingleOrDefault();

    public async Task<IReadOnlyList<OneTimeLink>> FindUnspentAsync(UserId userId, CancellationToken cancellationToken) =>
        (await context.Set<OneTimeLink>().Where(l => l.UserId == userId && l.SpentAt == null).ToListAsync(cancellationToken)).Where(l => l.SpentAt is null).ToList();

    public void Add(OneTimeLink link) => context.Add(link);
}
