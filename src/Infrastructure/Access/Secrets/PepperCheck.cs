using System.Security.Cryptography;
using DataHub.Application.Abstractions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataHub.Infrastructure.Access.Secrets;

/// <summary>Refuses to start a node whose peppers differ from those of the database: it would know none of the keys.</summary>
internal sealed partial class PepperCheck(PepperRing peppers, NpgsqlDataSource database, ILogger<PepperCheck> logger) : IStartupTask
{
    public int Order => 10;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var pepper in peppers.All)
        {
            var own = pepper.Fingerprint();
            var known = await FingerprintAsync(pepper.Version, own, cancellationToken);
            if (!CryptographicOperations.FixedTimeEquals(own, known))
            {
                // A node that started while the database was away only hears of it here.
                LogDiffers(pepper.Version);
                throw new StartupRefusedException(
                    $"Pepper {pepper.Version} of this node differs from the one that the database's keys were made with. Copy secrets/pepper from the data folder of "
                    + "the node that started first, or give all nodes the same DataHub:ApiKeys:Peppers.");
            }
        }
    }

    private async Task<byte[]> FingerprintAsync(int version, byte[] own, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO access.peppers (version, fingerprint) VALUES ($1, $2) ON CONFLICT (version) DO UPDATE SET version = EXCLUDED.version RETURNING fingerprint");
        command.Parameters.AddWithValue(version);
        command.Parameters.AddWithValue(own);
        return (byte[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [LoggerMessage(2004, LogLevel.Error, "Pepper {Version} of this node differs from the database's: this node knows none of the keys.")]
    private partial void LogDiffers(int version);
}
