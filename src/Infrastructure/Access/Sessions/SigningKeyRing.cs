using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DataHub.Infrastructure.Access.Sessions;

/// <summary>A key for access tokens: ECDSA over P-256.</summary>
internal sealed record SigningKey(string Kid, ECDsa Key, DateTimeOffset SignsFrom, DateTimeOffset SignsUntil, DateTimeOffset VerifiesUntil)
{
    private readonly Lock _gate = new();

    // Instances of the framework are not meant for several threads.
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        lock (_gate)
        {
            return Key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        lock (_gate)
        {
            return Key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }
}

/// <summary>
/// The signing keys of the installation. A key signs for some days; its successor is made a while before the end, so that every node knows it when
/// it begins to sign; and a key verifies until the last token under it has expired. Whichever node comes first makes the next key.
/// </summary>
internal sealed partial class SigningKeyRing(
    NpgsqlDataSource database, ISecretBox box, IIdSource ids, TimeProvider clock, IOptions<SessionsOptions> options, ILogger<SigningKeyRing> logger) : IDisposable
{
    private const long AdvisoryLock = 0x5349_474E_4B45_59; // "SIGNKEY"

    /// <summary>How long before its first signature a key is made.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromHours(1);

    // The longest life of an access token that can be configured, and an hour for clocks that differ.
    private static readonly TimeSpan Aftermath = TimeSpan.FromHours(2);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    private const string RevokeOthers = "WITH spent AS (DELETE FROM access.signing_keys RETURNING kid, verifies_until) SELECT kid, verifies_until FROM spent WHERE verifies_until > $1";

    private const string EndOthers = """
        UPDATE access.signing_keys SET signs_until = least(signs_until, $1), verifies_until = least(verifies_until, $2)
        WHERE verifies_until > $1 RETURNING kid, verifies_until
        """;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly TimeSpan _period = TimeSpan.FromDays(options.Value.SigningKeyDays);
    private volatile Ring _ring = new([], null);

    /// <summary>The key that signs now.</summary>
    public async ValueTask<SigningKey> CurrentAsync(CancellationToken cancellationToken)
    {
        if (IsOld || NeedsKey(_ring.Keys, clock.GetUtcNow()))
        {
            await ReadAsync(make: true, cancellationToken);
        }

        return Newest(_ring.Keys, clock.GetUtcNow()) ?? throw new InvalidOperationException("There is no signing key, though one was just made.");
    }

    /// <summary>The key of an id. One that is not known is looked for in the store, at most once a second: it may be of another node.</summary>
    public async ValueTask<SigningKey?> FindAsync(string kid, CancellationToken cancellationToken)
    {
        if (IsOld || !_ring.Keys.ContainsKey(kid))
        {
            await ReadAsync(make: false, cancellationToken);
        }

        return _ring.Keys.TryGetValue(kid, out var key) && clock.GetUtcNow() < key.VerifiesUntil ? key : null;
    }

    /// <summary>Makes a key that signs at once and ends the signing of all others, in the caller's transaction.</summary>
    /// <param name="connection">The connection of the transaction.</param>
    /// <param name="revokeOld">True: what they signed is refused; false: it is good until it ends.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<SigningKeyRotation> ReplaceAsync(NpgsqlConnection connection, bool revokeOld, CancellationToken cancellationToken)
    {
        await LockAsync(connection, cancellationToken);
        var now = clock.GetUtcNow();
        var replaced = new List<ReplacedSigningKey>();
        await using (var end = new NpgsqlCommand(revokeOld ? RevokeOthers : EndOthers, connection))
        {
            end.Parameters.AddWithValue(now);
            if (!revokeOld)
            {
                end.Parameters.AddWithValue(now + Aftermath);
            }

            await using var reader = await end.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                replaced.Add(new ReplacedSigningKey(reader.GetString(0), revokeOld ? null : reader.GetFieldValue<DateTimeOffset>(1)));
            }
        }

        // A node whose clock is behind must not find itself without a key, and make another one.
        var (kid, until) = await InsertAsync(connection, now - Skew, cancellationToken);
        return new SigningKeyRotation(kid, until, replaced);
    }

    /// <summary>Has the next use read the keys anew. A read that is on its way ends before, and so brings nothing back.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        _ring = _ring with { ReadAt = null };
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();

    private bool IsOld => _ring.ReadAt is not { } readAt || clock.GetElapsedTime(readAt) > ReadAgainAfter;

    private async Task ReadAsync(bool make, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_ring.ReadAt is { } readAt && clock.GetElapsedTime(readAt) < ShortestPause && !(make && NeedsKey(_ring.Keys, now)))
            {
                return;
            }

            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var stamp = clock.GetTimestamp();
            var keys = await LoadAsync(connection, now, cancellationToken);
            _ring = new Ring(make && NeedsKey(keys, now) ? await MakeAsync(connection, now, cancellationToken) : keys, stamp);
        }
        finally
        {
            _gate.Release();
        }
    }

    private static SigningKey? Newest(Dictionary<string, SigningKey> keys, DateTimeOffset now) =>
        keys.Values.Where(k => k.SignsFrom <= now && now < k.SignsUntil).MaxBy(k => k.SignsFrom);

    private static bool NeedsKey(Dictionary<string, SigningKey> keys, DateTimeOffset now) =>
        Newest(keys, now) is not { } current || (now > current.SignsUntil - Lead && !keys.Values.Any(k => k.SignsUntil > current.SignsUntil));

    private async Task<Dictionary<string, SigningKey>> MakeAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);

        // Another node may have been first.
        var keys = await LoadAsync(connection, now, cancellationToken);
        if (NeedsKey(keys, now))
        {
            var from = Newest(keys, now)?.SignsUntil ?? now;
            await InsertAsync(connection, from, cancellationToken);
            keys = await LoadAsync(connection, now, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return keys;
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var guard = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AdvisoryLock})", connection);
        await guard.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<(string Kid, DateTimeOffset Until)> InsertAsync(NpgsqlConnection connection, DateTimeOffset from, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = ids.NewId().ToString("N");
        var until = from + _period;
        await using var command = new NpgsqlCommand(
            """
            WITH spent AS (DELETE FROM access.signing_keys WHERE verifies_until < $3)
            INSERT INTO access.signing_keys (kid, private_key, signs_from, signs_until, verifies_until) VALUES ($1, $2, $3, $4, $5)
            """,
            connection);
        command.Parameters.AddWithValue(kid);
        command.Parameters.AddWithValue(box.Seal(key.ExportPkcs8PrivateKey(), ContextOf(kid)));
        command.Parameters.AddWithValue(from);
        command.Parameters.AddWithValue(until);
        command.Parameters.AddWithValue(until + Aftermath);
        await command.ExecuteNonQueryAsync(cancellationToken);
        LogMade(kid, from, until);
        return (kid, until);
    }

    private async Task<Dictionary<string, SigningKey>> LoadAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT kid, private_key, signs_from, signs_until, verifies_until FROM access.signing_keys WHERE verifies_until > $1", connection);
        command.Parameters.AddWithValue(now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = _ring.Keys;
        var keys = new Dictionary<string, SigningKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var kid = reader.GetString(0);
            var (from, until, verifies) = (reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4));
            if (known.TryGetValue(kid, out var same))
            {
                keys[kid] = same with { SignsFrom = from, SignsUntil = until, VerifiesUntil = verifies };
            }
            else if (box.Open(reader.GetFieldValue<byte[]>(1), ContextOf(kid)) is { } pkcs8)
            {
                var key = ECDsa.Create();
                key.ImportPkcs8PrivateKey(pkcs8, out _);
                CryptographicOperations.ZeroMemory(pkcs8);
                keys[kid] = new SigningKey(kid, key, from, until, verifies);
            }
            else
            {
                LogSealed(kid);
            }
        }

        return keys;
    }

    private static byte[] ContextOf(string kid) => Encoding.ASCII.GetBytes("signing key " + kid);

    [LoggerMessage(2030, LogLevel.Information, "Made signing key {Kid}; it signs from {From} until {Until}.")]
    private partial void LogMade(string kid, DateTimeOffset from, DateTimeOffset until);

    [LoggerMessage(2031, LogLevel.Warning, "Signing key {Kid} cannot be opened: its pepper is gone. Tokens that it signed are refused.")]
    private partial void LogSealed(string kid);

    private sealed record Ring(Dictionary<string, SigningKey> Keys, long? ReadAt);
}
