using System.Security.Cryptography;
using System.Text.Json;
using DataHub.Application.Abstractions;
using Npgsql;

namespace DataHub.Infrastructure.Idempotency;

/// <summary>Keeps claims and answers in PostgreSQL, answers encrypted: some of them show a secret.</summary>
internal sealed class IdempotencyStore(NpgsqlDataSource database, ISecretBox box, IIdSource ids) : IIdempotencyStore
{
    // Takes over what has expired, and what was claimed by a process that never answered.
    private const string Claim = """
        INSERT INTO platform.idempotency_keys AS k (scope, request_hash, token, claimed_until, expires_at)
        VALUES ($1, $2, $3, now() + interval '1 minute', now() + interval '24 hours')
        ON CONFLICT (scope) DO UPDATE SET request_hash = EXCLUDED.request_hash, token = EXCLUDED.token,
            claimed_until = EXCLUDED.claimed_until, expires_at = EXCLUDED.expires_at, answer = NULL, committed = false
        WHERE k.expires_at < now() OR (k.answer IS NULL AND NOT k.committed AND k.claimed_until < now() AND k.request_hash = EXCLUDED.request_hash)
        """;

    public async Task<IdempotencyClaim> ClaimAsync(byte[] scope, byte[] requestHash, CancellationToken cancellationToken)
    {
        while (true)
        {
            var token = ids.NewId();
            await using (var insert = Command(Claim, scope, requestHash, token))
            {
                if (await insert.ExecuteNonQueryAsync(cancellationToken) == 1)
                {
                    return new IdempotencyClaim(IdempotencyState.Claimed, scope, token, null);
                }
            }

            if (await ReadAsync(scope, requestHash, cancellationToken) is { } known)
            {
                return known;
            }

            // Released between the two statements: claim again.
        }
    }

    public async Task CompleteAsync(IdempotencyClaim claim, StoredAnswer answer, CancellationToken cancellationToken)
    {
        var sealedAnswer = box.Seal(JsonSerializer.SerializeToUtf8Bytes(answer), claim.Scope);
        await using var update = Command("UPDATE platform.idempotency_keys SET answer = $3 WHERE scope = $1 AND token = $2", claim.Scope, claim.Token, sealedAnswer);
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task ReleaseAsync(IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        await using var delete = Command("DELETE FROM platform.idempotency_keys WHERE scope = $1 AND token = $2 AND answer IS NULL AND NOT committed", claim.Scope, claim.Token);
        await delete.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes what has expired.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        await using var delete = Command("DELETE FROM platform.idempotency_keys WHERE expires_at < now()");
        await delete.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IdempotencyClaim?> ReadAsync(byte[] scope, byte[] requestHash, CancellationToken cancellationToken)
    {
        await using var select = Command("SELECT request_hash, answer, committed AND claimed_until < now() FROM platform.idempotency_keys WHERE scope = $1", scope);
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        if (!CryptographicOperations.FixedTimeEquals(reader.GetFieldValue<byte[]>(0), requestHash))
        {
            return new IdempotencyClaim(IdempotencyState.OtherRequest, scope, default, null);
        }

        if (await reader.IsDBNullAsync(1, cancellationToken))
        {
            return new IdempotencyClaim(reader.GetBoolean(2) ? IdempotencyState.AnswerLost : IdempotencyState.InProgress, scope, default, null);
        }

        var content = box.Open(reader.GetFieldValue<byte[]>(1), scope)
            ?? throw new InvalidOperationException("A stored answer cannot be opened: its pepper is gone.");
        return new IdempotencyClaim(IdempotencyState.Completed, scope, default, JsonSerializer.Deserialize<StoredAnswer>(content));
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return command;
    }
}
