using DataHub.Application.Abstractions;
using DataHub.Application.Access.Setup;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;
using Npgsql;

namespace DataHub.Infrastructure.Access.Setup;

/// <summary>Keeps the clear text in <c>secrets/setup-token</c> of the data folder until it is used, so that a restart can print it again.</summary>
internal sealed class SetupToken(IDataFolder folder, IRandomSource random, NpgsqlDataSource database) : ISetupToken
{
    private const int Length = 28;

    private string FilePath => Path.Combine(folder.Path, "secrets", "setup-token");

    public async Task<string?> GetPendingAsync(CancellationToken cancellationToken)
    {
        if (await IsCompletedAsync(cancellationToken))
        {
            if (File.Exists(FilePath)) // The folder may not be there either: a node that joins others needs none.
            {
                File.Delete(FilePath);
            }

            return null;
        }

        var token = ReadOrCreate();
        await using var command = database.CreateCommand("INSERT INTO access.setup (token_digest) VALUES ($1) ON CONFLICT DO NOTHING");
        command.Parameters.AddWithValue(SetupStore.DigestOf(token));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return token;
    }

    private async Task<bool> IsCompletedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT 1 FROM access.setup WHERE completed_at IS NOT NULL)");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private string ReadOrCreate()
    {
        if (!File.Exists(FilePath))
        {
            Span<byte> entropy = stackalloc byte[Base62.EntropyFor(Length)];
            Span<char> token = stackalloc char[Length];
            random.Fill(entropy);
            Base62.Random(entropy, token);
            OwnerOnlyFile.TryCreate(FilePath, token.ToString());
        }

        return OwnerOnlyFile.Read(FilePath).Trim();
    }
}
