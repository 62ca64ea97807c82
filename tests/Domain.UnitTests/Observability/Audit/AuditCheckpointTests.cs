using System.Security.Cryptography;
using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Observability.Audit;

public class AuditCheckpointTests
{
    private static readonly AuditCheckpoint Checkpoint = AuditCheckpoint.Sign(
        AuditChains.Keys, TenantId.Default, AuditChains.PositionOf(AuditChains.Of(3)[2]), AuditChains.Noon.AddTicks(7));

    [Test]
    public void IsGenuine_SignedHere_IsTrue() => Checkpoint.IsGenuine(AuditChains.Keys).Should().BeTrue();

    [Test]
    public void IsGenuine_AnyMemberChanged_IsFalse()
    {
        AuditCheckpoint[] forged =
        [
            Checkpoint with { Tenant = new TenantId(new Guid("019a0000-0000-7000-8000-00000000ffff")) },
            Checkpoint with { Position = Checkpoint.Position with { Sequence = 2 } },
            Checkpoint with { Position = Checkpoint.Position with { Hash = new byte[32] } },
            Checkpoint with { At = Checkpoint.At.AddMicroseconds(1) },
            Checkpoint with { KeyVersion = 2 },
            Checkpoint with { Signature = new byte[64] },
        ];

        forged.Should().OnlyContain(c => !c.IsGenuine(AuditChains.Keys));
    }

    [Test]
    public void Signature_PublicKeyAlone_ChecksIt()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(AuditChains.Keys.Current.PublicKey);

        key.VerifyData(Checkpoint.Content(), Checkpoint.Signature.Span, HashAlgorithmName.SHA256).Should().BeTrue();
    }

    [Test]
    public void PublicKey_OfTheSameSecret_IsTheSameOnEveryNode()
    {
        AuditChains.KeyOf(1).PublicKey.Should().Be(AuditChains.KeyOf(1).PublicKey);
        AuditChains.KeyOf(2).PublicKey.Should().NotBe(AuditChains.KeyOf(1).PublicKey);
    }
}
