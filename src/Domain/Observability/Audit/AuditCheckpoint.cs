using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Observability.Audit;

/// <summary>
/// A signed statement that a chain had a record of this hash at this place. Whoever keeps one can prove later that nothing up to it was
/// changed or cut off; the signature can be checked with the public key alone.
/// </summary>
/// <param name="Tenant">The tenant of the chain.</param>
/// <param name="Position">The record that was the last one.</param>
/// <param name="At">UTC instant of the statement, in whole microseconds.</param>
/// <param name="KeyVersion">Version of the key that signed it.</param>
/// <param name="Signature">ECDSA P-256 with SHA-256, r and s of 32 bytes each (IEEE P1363).</param>
public sealed record AuditCheckpoint(TenantId Tenant, AuditPosition Position, DateTimeOffset At, int KeyVersion, ReadOnlyMemory<byte> Signature)
{
    private const string Purpose = "datahub audit checkpoint 1";

    /// <summary>Signs a place.</summary>
    /// <param name="keys">The keys; the current one signs.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="position">A record whose chain was verified.</param>
    /// <param name="at">UTC instant of now.</param>
    public static AuditCheckpoint Sign(AuditKeyRing keys, TenantId tenant, AuditPosition position, DateTimeOffset at)
    {
        var moment = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var unsigned = new AuditCheckpoint(tenant, position, moment, keys.Current.Version, default);
        return unsigned with { Signature = keys.Current.Sign(unsigned.Content()) };
    }

    /// <summary>Whether this installation signed it.</summary>
    /// <param name="keys">The keys.</param>
    public bool IsGenuine(AuditKeyRing keys) =>
        keys.Find(KeyVersion) is { } key && key.Verify(Content(), Signature.Span);

    /// <summary>
    /// What is signed: the length of the purpose (4 bytes) and the purpose, tenant (16), sequence (8), length of the hash (4) and the hash,
    /// instant in ticks of 100 ns since year 1 (8), key version (8); numbers are big-endian.
    /// </summary>
    public ReadOnlySpan<byte> Content() =>
        new AuditEncoding().Begin(Purpose).Add(Tenant.Value).Add(Position.Sequence).Add(Position.Hash.Span).Add(At.UtcTicks).Add(KeyVersion).Bytes;
}
