using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;

namespace DataHub.Infrastructure.Observability.RequestLogs;

/// <summary>Encodes a record as a row of <c>observability.request_logs</c>. The same bytes wait in memory, lie in the spool and go to COPY.</summary>
internal static class RequestRowEncoder
{
    /// <summary>Fields of a row, in the order of <see cref="RowFormat.Current"/>.</summary>
    public const short Fields = 35;

    /// <summary>No row is longer, whatever a caller sent.</summary>
    public const int MaxRowBytes = FixedBytes + LimitTrail.MaxBytes
        + BytesPerChar * (MaxMethod + MaxHost + 2 * MaxPath + MaxWord * 8 + MaxUserAgent + MaxSubject + MaxScopes * MaxWord) + MaxScopes * sizeof(int);

    private const int MaxMethod = 32;
    private const int MaxHost = 255;
    private const int MaxPath = 2048;
    private const int MaxUserAgent = 256;
    private const int MaxSubject = 255;
    private const int MaxWord = 128;
    private const int MaxScopes = 16;
    private const int BytesPerChar = 3;

    // Field lengths, every fixed-width value, the head of the array.
    private const int FixedBytes = 2 + Fields * sizeof(int) + 8 * 8 + 16 * 7 + 4 * 3 + 20 + 20;

    // What PostgreSQL holds between 4713 BC and 294276 AD contains every DateTimeOffset, so no instant is refused.

    /// <summary>An upper bound of the row's length, cheaper than encoding twice.</summary>
    public static int BoundOf(RequestRecord record)
    {
        var chars = record.Method.Length + record.Host.Length + record.Path.Length + record.Query.Length + (record.UserAgent?.Length ?? 0) + (record.Subject?.Length ?? 0);
        return Math.Min(MaxRowBytes, FixedBytes + LimitTrail.MaxBytes + BytesPerChar * (chars + 8 * MaxWord)
            + (record.MissingScopes is null ? 0 : MaxScopes * (BytesPerChar * MaxWord + sizeof(int))));
    }

    /// <summary>Encodes the row; allocates nothing.</summary>
    /// <param name="record">The record.</param>
    /// <param name="node">Name of this node.</param>
    /// <param name="target">At least <see cref="BoundOf"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(RequestRecord record, string node, Span<byte> target)
    {
        var row = new CopyRowWriter(target, Fields);
        row.Timestamp(record.At);
        row.Int64(record.DurationMicros);
        if (record.UpstreamMicros < 0)
        {
            row.Null();
        }
        else
        {
            row.Int64(record.UpstreamMicros);
        }

        row.Int64(record.RequestBytes);
        row.Int64(record.ResponseBytes);
        row.Int64(record.Epoch);
        row.Uuid(record.Id);
        row.Uuid(record.TenantId);
        row.Uuid(record.RouteId);
        row.Uuid(record.KeyId);
        row.Uuid(record.ConsumerId);
        row.Uuid(record.IssuerId);
        WriteTrace(ref row, record);
        row.Int32(record.SecretVersion);
        row.Int16((short)Math.Clamp(record.Status, short.MinValue, short.MaxValue));
        row.Int16((short)record.Outcome);
        row.Inet(record.ClientIp);
        row.Text(record.Method, MaxMethod);
        row.Text(record.Host, MaxHost);
        row.Text(record.Path, MaxPath);
        row.Text(record.Query, MaxPath);
        row.Text(record.Protocol, MaxMethod);
        row.Text(record.ErrorCode, MaxWord);
        row.Text(record.ErrorType, MaxWord);
        row.Text(record.Api, MaxWord);
        row.Text(record.UpstreamId, MaxWord);
        row.Text(record.Destination, MaxWord);
        row.Text(record.UserAgent, MaxUserAgent);
        row.Text(node, MaxWord);
        row.Text(record.KeySource, MaxMethod);
        WriteLimits(ref row, record);
        row.Text(record.Subject, MaxSubject);
        row.TextArray(record.MissingScopes, MaxScopes, MaxWord);
        return row.Written;
    }

    private static void WriteTrace(ref CopyRowWriter row, RequestRecord record)
    {
        row.Uuid(record.TraceId == Guid.Empty ? null : record.TraceId);
        if (record.SpanId == 0)
        {
            row.Null();
        }
        else
        {
            row.Int64(unchecked((long)record.SpanId));
        }
    }

    private static void WriteLimits(ref CopyRowWriter row, RequestRecord record)
    {
        if (record.Limits is not { } limits)
        {
            row.Null();
            row.Null();
            return;
        }

        row.Text(limits.Tier.Name, MaxWord);
        row.InPlace(LimitTrail.Write(limits, row.Rest));
    }
}
