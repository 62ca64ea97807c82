using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Access.Setup;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Access.Setup;

internal sealed class SetupStore(DataHubDbContext context) : ISetupStore
{
    public async Task<bool> IsOpenAsync(CancellationToken cancellationToken) =>
        !await context.Database.SqlQuery<bool>($"""SELECT EXISTS (SELECT 1 FROM access.setup WHERE completed_at IS NOT NULL) AS "Value" """).SingleAsync(cancellationToken);

    public Task LockAsync(CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlRawAsync("LOCK TABLE access.setup IN EXCLUSIVE MODE", cancellationToken);

    public async Task<bool> MatchesAsync(string token, CancellationToken cancellationToken)
    {
        var presented = DigestOf(token);
        var printed = await context.Database.SqlQuery<byte[]>($"""SELECT token_digest AS "Value" FROM access.setup""").ToListAsync(cancellationToken);
        var matches = false;
        foreach (var digest in printed)
        {
            matches |= CryptographicOperations.FixedTimeEquals(presented, digest);
        }

        return matches;
    }

    public Task CompleteAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"UPDATE access.setup SET completed_at = {now}", cancellationToken);

    /// <summary>What is kept of a token: it has more than 140 random bits, so a plain digest is enough.</summary>
    public static byte[] DigestOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
