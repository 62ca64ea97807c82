using System.Buffers.Binary;
using System.Net;
using Npgsql;
using NpgsqlTypes;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>
/// Rows with a key that are stored long after their instant, such as those of a spool or of a stream that went on for an hour. They are noted beside
/// the log, in the transaction that stores them: whoever reads the log once from front to back has passed their place already.
/// </summary>
internal sealed class LateRows
{
    /// <summary>From which age on a row is noted. A younger one is stored before a reader comes to its place.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    private const string Note = "INSERT INTO observability.request_log_late (at, key_id, outcome, client_ip) SELECT * FROM unnest($1, $2, $3, $4)";
    private const byte InetIPv4 = 2;

    private readonly List<DateTime> _at = [];
    private readonly List<Guid> _keys = [];
    private readonly List<short> _outcomes = [];
    private readonly List<IPAddress?> _addresses = [];

    /// <summary>The late rows of some segments.</summary>
    /// <param name="format">The columns of their rows.</param>
    /// <param name="ranges">The segments.</param>
    /// <param name="now">UTC instant.</param>
    public static LateRows Of(RowFormat format, IEnumerable<RowRange> ranges, DateTimeOffset now)
    {
        var late = new LateRows();
        var limit = (now - Age).UtcDateTime;
        foreach (var range in ranges)
        {
            var rest = range.Bytes.Span;
            for (var row = 0; row < range.Rows; row++)
            {
                rest = late.Add(format, rest, limit);
            }
        }

        return late;
    }

    /// <summary>Notes them, in the caller's transaction.</summary>
    /// <param name="connection">The connection of the transaction.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task NoteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_at.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(Note, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = _at.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = _keys.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter { Value = _outcomes.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint });
        command.Parameters.Add(new NpgsqlParameter { Value = _addresses.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Inet });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Takes one row off the front.
    private ReadOnlySpan<byte> Add(RowFormat format, ReadOnlySpan<byte> bytes, DateTime limit)
    {
        var fields = BinaryPrimitives.ReadInt16BigEndian(bytes);
        bytes = bytes[sizeof(short)..];
        var (at, key, outcome, address) = (DateTime.MaxValue, default(Guid?), (short)0, default(IPAddress));
        for (var field = 0; field < fields; field++)
        {
            var length = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(bytes));
            var value = bytes.Slice(sizeof(int), length);
            bytes = bytes[(sizeof(int) + length)..];
            if (field == format.At)
            {
                at = CopyRowWriter.ReadTimestamp(value);
            }
            else if (field == format.Key && length > 0)
            {
                key = new Guid(value, bigEndian: true);
            }
            else if (field == format.Outcome)
            {
                outcome = BinaryPrimitives.ReadInt16BigEndian(value);
            }
            else if (field == format.ClientIp && length > 0)
            {
                address = new IPAddress(value[4..(value[0] == InetIPv4 ? 8 : 20)]);
            }
        }

        if (key is { } id && at < limit)
        {
            _at.Add(at);
            _keys.Add(id);
            _outcomes.Add(outcome);
            _addresses.Add(address);
        }

        return bytes;
    }
}
