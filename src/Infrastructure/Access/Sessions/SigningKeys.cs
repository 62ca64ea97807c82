using DataHub.Application.Access.Sessions;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Access.Sessions;

/// <summary>The signing keys as a command sees them: on its connection, in its transaction.</summary>
internal sealed class SigningKeys(DataHubDbContext context, SigningKeyRing ring) : ISigningKeys
{
    public Task<SigningKeyRotation> ReplaceAsync(bool revokeOld, CancellationToken cancellationToken) =>
        ring.ReplaceAsync((NpgsqlConnection)context.Database.GetDbConnection(), revokeOld, cancellationToken);
}
