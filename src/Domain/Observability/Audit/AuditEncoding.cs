using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DataHub.Domain.Observability.Audit;

/// <summary>
/// The bytes that a hash is taken of. Fields stand in a fixed order, texts and bytes with their length in front, so that two different
/// records never have the same bytes. Not thread-safe; kept and used again, since a verification encodes millions.
/// </summary>
internal sealed class AuditEncoding
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    /// <summary>What was added since <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    /// <summary>Starts anew. The purpose keeps the hash of one kind of thing from being taken for that of another.</summary>
    public AuditEncoding Begin(string purpose)
    {
        _buffer.ResetWrittenCount();
        return Add(purpose);
    }

    /// <summary>Adds every field of a record but its hash.</summary>
    public AuditEncoding Add(AuditRecord record) =>
        Add(record.Tenant.Value).Add(record.Sequence).Add(record.Id.Value).Add(record.At.UtcTicks)
            .Add(record.ActorKind).Add(record.ActorId).Add(record.ActorSubject)
            .Add(record.Action).Add(record.ResourceType).Add(record.ResourceId)
            .Add(record.ClientIp).Add(record.UserAgent).Add(record.RequestId)
            .Add(record.Result).Add(record.Code).Add(record.Count)
            .Add(record.Details).Add(record.Before).Add(record.After).Add(record.KeyVersion);

    public AuditEncoding Add(string? text)
    {
        if (text is null)
        {
            return Length(-1);
        }

        var size = Encoding.UTF8.GetByteCount(text);
        Length(size);
        Encoding.UTF8.GetBytes(text, _buffer.GetSpan(size));
        _buffer.Advance(size);
        return this;
    }

    public AuditEncoding Add(ReadOnlySpan<byte> bytes)
    {
        Length(bytes.Length);
        _buffer.Write(bytes);
        return this;
    }

    public AuditEncoding Add(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(_buffer.GetSpan(sizeof(long)), number);
        _buffer.Advance(sizeof(long));
        return this;
    }

    public AuditEncoding Add(Guid id)
    {
        id.TryWriteBytes(_buffer.GetSpan(16), bigEndian: true, out _);
        _buffer.Advance(16);
        return this;
    }

    private AuditEncoding Length(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.GetSpan(sizeof(int)), length);
        _buffer.Advance(sizeof(int));
        return this;
    }
}
