using System.Net;
using System.Security.Cryptography;
using System.Text;
using DataHub.Application.Access.SignIn;
using Npgsql;

namespace DataHub.Infrastructure.Access.SignIn;

/// <summary>Counts failed attempts in PostgreSQL, so that all nodes count together and a restart forgets nothing.</summary>
internal sealed class SignInThrottle(NpgsqlDataSource database, TimeProvider clock) : ISignInThrottle
{
    /// <summary>How long an origin is remembered after the last sign-in from it.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromDays(90);

    public async Task<SignInTurn> BeginAsync(string email, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var counts = await CountsAsync(connection, email, origin, now, cancellationToken);

        // In one order, so that no two attempts wait for each other.
        foreach (var count in counts.OrderBy(c => Convert.ToHexString(c.Bucket), StringComparer.Ordinal))
        {
            await ReadAsync(connection, count, now, cancellationToken);
        }

        if (counts.Max(c => c.BlockedUntil) is { } until && until > now)
        {
            return new SignInTurn(false, Math.Max(1, (int)Math.Ceiling((until - now).TotalSeconds)));
        }

        var account = counts.FirstOrDefault(c => c.Delay is null);
        foreach (var count in counts)
        {
            count.Failures++;
            var delay = count.Delay == SignInDelay.OfPair && account?.Failures > SignInDelay.AttackFailures ? SignInDelay.OfPairUnderAttack : count.Delay;
            var seconds = delay?.SecondsAfter(count.Failures) ?? 0;
            count.BlockedUntil = seconds > 0 ? now.AddSeconds(seconds) : null;
            await WriteAsync(connection, count, now, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new SignInTurn(true, 0);
    }

    public async Task SucceededAsync(string email, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var batch = database.CreateBatch();
        byte[][] own = [.. OriginsOf(email, origin)];
        Add("DELETE FROM access.sign_in_failures WHERE bucket = ANY($1)", own);
        Add("UPDATE access.sign_in_failures SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE bucket = ANY($1)", [AddressOf(origin), AccountOf(email)]);
        Add("INSERT INTO access.sign_in_origins (origin, last_at) SELECT unnest($1), $2 ON CONFLICT (origin) DO UPDATE SET last_at = EXCLUDED.last_at", own, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);

        void Add(string sql, byte[][] digests, DateTimeOffset? at = null)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddWithValue(digests);
            if (at is { } instant)
            {
                command.Parameters.AddWithValue(instant);
            }

            batch.BatchCommands.Add(command);
        }
    }

    /// <summary>Forgets what is of no use any more.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            WITH failures AS (DELETE FROM access.sign_in_failures WHERE last_at < $1)
            DELETE FROM access.sign_in_origins WHERE last_at < $2
            """);
        command.Parameters.AddWithValue(clock.GetUtcNow().AddDays(-1));
        command.Parameters.AddWithValue(clock.GetUtcNow() - KnownFor);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // A known device is counted by itself: whoever fails at the same address does not delay it. A known address is counted with the account, and
    // failures elsewhere do not matter to it. The rest is counted with the account, by address, and for the account as a whole.
    private static async Task<List<Count>> CountsAsync(NpgsqlConnection connection, string email, SignInOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(connection, [.. OriginsOf(email, origin)], now, cancellationToken);
        if (origin.Device is { } device && known.Contains(Convert.ToHexString(DeviceOf(email, device))))
        {
            return [new Count(DeviceOf(email, device), SignInDelay.OfPair)];
        }

        var pair = PairOf(email, origin);
        var counts = new List<Count> { new(pair, SignInDelay.OfPair), new(AddressOf(origin), SignInDelay.OfAddress) };
        if (!known.Contains(Convert.ToHexString(pair)))
        {
            counts.Add(new Count(AccountOf(email), null));
        }

        return counts;
    }

    private static async Task<HashSet<string>> KnownAsync(NpgsqlConnection connection, byte[][] origins, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT origin FROM access.sign_in_origins WHERE origin = ANY($1) AND last_at > $2", connection);
        command.Parameters.AddWithValue(origins);
        command.Parameters.AddWithValue(now - KnownFor);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(Convert.ToHexString(reader.GetFieldValue<byte[]>(0)));
        }

        return known;
    }

    // Locks the row, making it where there is none, until the end of the transaction.
    private static async Task ReadAsync(NpgsqlConnection connection, Count count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO access.sign_in_failures AS f (bucket, failures, last_at) VALUES ($1, 0, $2)
            ON CONFLICT (bucket) DO UPDATE SET bucket = EXCLUDED.bucket RETURNING failures, last_at, blocked_until
            """,
            connection);
        command.Parameters.AddWithValue(count.Bucket);
        command.Parameters.AddWithValue(now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var forgotten = now - reader.GetFieldValue<DateTimeOffset>(1) > (count.Delay?.ForgottenAfter ?? SignInDelay.OfPair.ForgottenAfter);
        count.Failures = forgotten ? 0 : reader.GetInt32(0);
        count.BlockedUntil = await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(2);
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Count count, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("UPDATE access.sign_in_failures SET failures = $2, last_at = $3, blocked_until = $4 WHERE bucket = $1", connection);
        command.Parameters.AddWithValue(count.Bucket);
        command.Parameters.AddWithValue(count.Failures);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue((object?)count.BlockedUntil ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static IEnumerable<byte[]> OriginsOf(string email, SignInOrigin origin)
    {
        yield return PairOf(email, origin);
        if (origin.Device is { } device)
        {
            yield return DeviceOf(email, device);
        }
    }

    private static byte[] PairOf(string email, SignInOrigin origin) => Digest("pair", email, NetworkOf(origin.Address));

    private static byte[] DeviceOf(string email, string device) => Digest("device", email, device);

    private static byte[] AddressOf(SignInOrigin origin) => Digest("address", NetworkOf(origin.Address));

    private static byte[] AccountOf(string email) => Digest("account", email);

    // An IPv6 subscriber has a network of 64 bits to take addresses from.
    private static string NetworkOf(string address)
    {
        if (!IPAddress.TryParse(address, out var ip) || ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || ip.IsIPv4MappedToIPv6)
        {
            return address;
        }

        var bytes = ip.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }

    // Joined by a character that none of the parts can hold.
    private static byte[] Digest(params string[] parts) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));

    /// <summary>What one kind of failures has come to; without a delay it is counted only.</summary>
    private sealed class Count(byte[] bucket, SignInDelay? delay)
    {
        public byte[] Bucket { get; } = bucket;

        public SignInDelay? Delay { get; } = delay;

        public int Failures { get; set; }

        public DateTimeOffset? BlockedUntil { get; set; }
    }
}
