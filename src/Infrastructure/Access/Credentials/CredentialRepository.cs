using DataHub.Application.Access.Credentials;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Credentials;

internal sealed class CredentialRepository(DataHubDbContext context) : ICredentialRepository
{
    public async Task<UserCredential?> FindAsync(UserId id, CancellationToken cancellationToken) =>
        (await context.Set<UserCredential>().FromSql($"SELECT * FROM access.user_credentials WHERE id = {id.Value} FOR UPDATE").ToListAsync(cancellationToken)).SingleOrDefault();

    public void Add(UserCredential credential) => context.Add(credential);
}
