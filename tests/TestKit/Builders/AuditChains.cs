using System.Globalization;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;

namespace DataHub.TestKit.Builders;

/// <summary>Chains of audit records under keys that tests know.</summary>
public static class AuditChains
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly AuditKeyRing Keys = new([KeyOf(1)]);

    public static AuditKey KeyOf(int version) => new(version, Secret((byte)version), Secret((byte)(version + 100)));

    /// <summary>A chain of records that differ in every field.</summary>
    public static List<AuditRecord> Of(int count, TenantId? tenant = null, AuditKeyRing? keys = null)
    {
        var chain = new AuditChain(keys ?? Keys);
        var records = new List<AuditRecord>();
        var last = AuditPosition.Start;
        for (var i = 1; i <= count; i++)
        {
            records.Add(chain.Link(Record(i, tenant ?? TenantId.Default, chain.KeyVersion), last.Hash));
            last = PositionOf(records[^1]);
        }

        return records;
    }

    public static AuditRecord Record(long sequence, TenantId tenant, int keyVersion = 1)
    {
        var n = sequence.ToString(CultureInfo.InvariantCulture);
        return new AuditRecord
        {
            Tenant = tenant,
            Sequence = sequence,
            Id = new AuditRecordId(new Guid($"019a0000-0000-7000-8000-{sequence:D12}")),
            At = Noon.AddMilliseconds(sequence),
            ActorKind = "user",
            ActorId = "usr_" + n,
            ActorSubject = "https://idp.example sub" + n,
            Action = "key.update",
            ResourceType = "key",
            ResourceId = "key_" + n,
            ClientIp = "192.0.2.1",
            UserAgent = "agent/" + n,
            RequestId = "req_" + n,
            Result = "success",
            Code = null,
            Details = """{"n":1}""",
            Before = """{"name":"a"}""",
            After = """{"name":"b"}""",
            KeyVersion = keyVersion,
        };
    }

    public static AuditPosition PositionOf(AuditRecord record) => new(record.Sequence, record.Hash);

    public static AuditHead HeadOf(IReadOnlyList<AuditRecord> records, AuditKeyRing? keys = null) =>
        new AuditChain(keys ?? Keys).Seal(records[^1].Tenant, PositionOf(records[^1]));

    public static AuditChainReport Verify(IEnumerable<AuditRecord> records, AuditHead? head, AuditKeyRing? keys = null, AuditPosition? start = null, params AuditCheckpoint[] checkpoints)
    {
        var verifier = new AuditChainVerifier(keys ?? Keys, TenantId.Default, start ?? AuditPosition.Start, checkpoints);
        foreach (var record in records)
        {
            verifier.Take(record);
        }

        return verifier.Finish(head);
    }

    private static byte[] Secret(byte value)
    {
        var secret = new byte[AuditKey.Length];
        Array.Fill(secret, value);
        return secret;
    }
}
