using System.Security.Cryptography;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Observability.Audit;

/// <summary>A place in a chain: the hash of a record says all of what comes before it.</summary>
/// <param name="Sequence">Place of the record; 0 before the first.</param>
/// <param name="Hash">Its hash: 32 bytes, zeros before the first.</param>
public readonly record struct AuditPosition(long Sequence, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Before the first record.</summary>
    public static AuditPosition Start { get; } = new(0, new byte[AuditKey.Length]);

    /// <summary>Whether two places have the same number and hash.</summary>
    /// <param name="other">The other place.</param>
    public bool Equals(AuditPosition other) => Sequence == other.Sequence && Hash.Span.SequenceEqual(other.Hash.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => Sequence.GetHashCode();
}

/// <summary>The end of a chain as it was left, sealed so that it cannot be moved back to an earlier record.</summary>
/// <param name="Position">The last record.</param>
/// <param name="KeyVersion">The key of the seal.</param>
/// <param name="Seal">Authenticates tenant and place: 32 bytes.</param>
public sealed record AuditHead(AuditPosition Position, int KeyVersion, ReadOnlyMemory<byte> Seal);

/// <summary>
/// Links records: the hash of each is an authentication code over all of its fields and the hash of the one before, under a key that the
/// database does not hold. Not thread-safe: one object for each thread of work.
/// </summary>
/// <param name="keys">The keys.</param>
public sealed class AuditChain(AuditKeyRing keys)
{
    private const string RecordPurpose = "datahub audit record 1";
    private const string HeadPurpose = "datahub audit head 1";

    private readonly AuditEncoding _encoding = new();

    /// <summary>The version of the key that new records carry.</summary>
    public int KeyVersion => keys.Current.Version;

    /// <summary>Gives a record its hash.</summary>
    /// <param name="record">A record of the current key version.</param>
    /// <param name="previous">Hash of the record before.</param>
    /// <returns>The record with its hash.</returns>
    public AuditRecord Link(AuditRecord record, ReadOnlyMemory<byte> previous)
    {
        var hash = new byte[AuditKey.Length];
        Authenticate(record, previous.Span, keys.Current, hash);
        return record with { Hash = hash };
    }

    /// <summary>Whether the hash of a record is that of its fields after a given one.</summary>
    /// <param name="record">The record as it was read.</param>
    /// <param name="previous">Hash of the record before.</param>
    /// <returns>Null when the key of the record is not known.</returns>
    public bool? IsLinked(AuditRecord record, ReadOnlySpan<byte> previous)
    {
        if (keys.Find(record.KeyVersion) is not { } key)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[AuditKey.Length];
        Authenticate(record, previous, key, hash);
        return CryptographicOperations.FixedTimeEquals(hash, record.Hash.Span);
    }

    /// <summary>Seals the end of a chain.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="position">The last record.</param>
    public AuditHead Seal(TenantId tenant, AuditPosition position)
    {
        var seal = new byte[AuditKey.Length];
        Authenticate(tenant, position, keys.Current, seal);
        return new AuditHead(position, keys.Current.Version, seal);
    }

    /// <summary>Whether an end was sealed by this installation, and for this tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="head">The end as it was read.</param>
    public bool IsSealed(TenantId tenant, AuditHead head)
    {
        if (keys.Find(head.KeyVersion) is not { } key)
        {
            return false;
        }

        Span<byte> seal = stackalloc byte[AuditKey.Length];
        Authenticate(tenant, head.Position, key, seal);
        return CryptographicOperations.FixedTimeEquals(seal, head.Seal.Span);
    }

    private void Authenticate(AuditRecord record, ReadOnlySpan<byte> previous, AuditKey key, Span<byte> code) =>
        key.Authenticate(_encoding.Begin(RecordPurpose).Add(previous).Add(record).Bytes, code);

    private void Authenticate(TenantId tenant, AuditPosition position, AuditKey key, Span<byte> code) =>
        key.Authenticate(_encoding.Begin(HeadPurpose).Add(tenant.Value).Add(position.Sequence).Add(position.Hash.Span).Bytes, code);
}
