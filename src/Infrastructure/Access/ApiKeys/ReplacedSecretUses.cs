using System.Buffers.Binary;
using System.Net;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Contracts;
using Npgsql;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Collects what still came with replaced secrets, and adds it to the store in batches.</summary>
internal sealed class ReplacedSecretUses
{
    // Nodes take turns, so that their rows cannot deadlock; it is one short statement every few seconds.
    private const string Sql = """
        SELECT pg_advisory_xact_lock(hashtext('access.key_secret_uses'));
        INSERT INTO access.key_secret_uses AS old (api_key_id, version, requests)
        SELECT used.id, used.version, used.requests FROM unnest($1::uuid[], $2::int[], $3::bigint[]) AS used (id, version, requests)
        WHERE EXISTS (SELECT 1 FROM access.api_keys k WHERE k.id = used.id)
        ON CONFLICT (api_key_id, version) DO UPDATE SET requests = old.requests + excluded.requests;
        INSERT INTO access.key_secret_addresses AS old (api_key_id, version, address, requests, last_at)
        SELECT used.id, used.version, used.address, used.requests, used.at
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::timestamptz[]) AS used (id, version, address, requests, at)
        WHERE EXISTS (SELECT 1 FROM access.api_keys k WHERE k.id = used.id)
        ON CONFLICT (api_key_id, version, address) DO UPDATE SET requests = old.requests + excluded.requests, last_at = greatest(old.last_at, excluded.last_at);
        DELETE FROM access.key_secret_addresses a USING (
            SELECT api_key_id, version, address, row_number() OVER (PARTITION BY api_key_id, version ORDER BY last_at DESC) AS place
            FROM access.key_secret_addresses WHERE api_key_id = ANY ($1)) old
        WHERE a.api_key_id = old.api_key_id AND a.version = old.version AND a.address = old.address AND old.place > $2
        """;

    private readonly Dictionary<(Guid Key, int Version), long> _requests = [];
    private readonly Dictionary<(Guid Key, int Version, UInt128 Address), AddressUse> _addresses = [];
    private readonly List<AddressUse> _drained = [];

    public bool IsEmpty => _requests.Count == 0;

    /// <summary>Takes the counts of a record out.</summary>
    public void Collect(CallerRecord caller)
    {
        if (!caller.SecretReplaced || caller.Usage.DrainReplaced(_drained) is not (> 0 and var requests))
        {
            return;
        }

        var secret = (caller.KeyId.Value, caller.SecretVersion);
        _requests[secret] = _requests.GetValueOrDefault(secret) + requests;
        foreach (var use in _drained)
        {
            var place = (caller.KeyId.Value, caller.SecretVersion, use.Address);
            var before = _addresses.GetValueOrDefault(place);
            _addresses[place] = new AddressUse(use.Address, before.Requests + use.Requests, Math.Max(before.LastTicks, use.LastTicks));
        }

        _drained.Clear();
    }

    /// <summary>Writes what has come together, in one transaction; keeps it when that fails.</summary>
    public async Task WriteAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return;
        }

        var secrets = _requests.ToList();
        var addresses = _addresses.Values.ToList();
        var places = _addresses.Keys.ToList();
        object[][] parameters =
        [
            [],
            [secrets.ConvertAll(s => s.Key.Key).ToArray(), secrets.ConvertAll(s => s.Key.Version).ToArray(), secrets.ConvertAll(s => s.Value).ToArray()],
            [
                places.ConvertAll(p => p.Key).ToArray(), places.ConvertAll(p => p.Version).ToArray(), addresses.ConvertAll(a => TextOf(a.Address)).ToArray(),
                addresses.ConvertAll(a => a.Requests).ToArray(), addresses.ConvertAll(a => new DateTime(a.LastTicks, DateTimeKind.Utc)).ToArray(),
            ],
            [secrets.ConvertAll(s => s.Key.Key).ToArray(), (long)KeyInsight.MaxAddresses],
        ];

        // The statements of a batch without a transaction of its own are one transaction.
        await using var batch = database.CreateBatch();
        var statements = Sql.Split(';', StringSplitOptions.TrimEntries);
        for (var i = 0; i < statements.Length; i++)
        {
            var command = new NpgsqlBatchCommand(statements[i]);
            foreach (var parameter in parameters[i])
            {
                command.Parameters.AddWithValue(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        _requests.Clear();
        _addresses.Clear();
    }

    /// <summary>An IPv4 address as such; the network of 64 bits that stands for an IPv6 one.</summary>
    internal static string TextOf(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        var ip = new IPAddress(bytes);
        return ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4().ToString() : $"{ip}/64";
    }
}
