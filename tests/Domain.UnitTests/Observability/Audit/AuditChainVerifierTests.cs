using DataHub.Domain.Observability.Audit;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Builders;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Observability.Audit;

public class AuditChainVerifierTests
{
    private static readonly (string Field, Func<AuditRecord, AuditRecord> Tamper)[] Edits =
    [
        ("tenant", r => r with { Tenant = new TenantId(new Guid("019a0000-0000-7000-8000-00000000ffff")) }),
        ("id", r => r with { Id = new AuditRecordId(new Guid("019a0000-0000-7000-8000-00000000ffff")) }),
        ("at", r => r with { At = r.At.AddMicroseconds(1) }),
        ("actor kind", r => r with { ActorKind = "system" }),
        ("actor", r => r with { ActorId = "usr_other" }),
        ("subject", r => r with { ActorSubject = null }),
        ("action", r => r with { Action = "key.create" }),
        ("resource type", r => r with { ResourceType = "consumer" }),
        ("resource", r => r with { ResourceId = "key_other" }),
        ("address", r => r with { ClientIp = "192.0.2.2" }),
        ("user agent", r => r with { UserAgent = "" }),
        ("request", r => r with { RequestId = "req_other" }),
        ("result", r => r with { Result = "denied" }),
        ("code", r => r with { Code = "" }),
        ("count", r => r with { Count = 2 }),
        ("details", r => r with { Details = """{"n":2}""" }),
        ("before", r => r with { Before = null }),
        ("after", r => r with { After = """{"name": "b"}""" }),
        ("two fields that run together", r => r with { Before = r.Before + r.After, After = "" }),
        ("hash", r => r with { Hash = new byte[AuditKey.Length] }),
    ];

    private static IEnumerable<TestCaseData> EveryField => Edits.Select(e => new TestCaseData(e.Tamper).SetArgDisplayNames(e.Field));

    [Test]
    public void Finish_UntouchedChain_IsValid()
    {
        var records = AuditChains.Of(50);

        var report = AuditChains.Verify(records, AuditChains.HeadOf(records));

        report.Valid.Should().BeTrue();
        report.Records.Should().Be(50);
        report.Last.Sequence.Should().Be(50);
    }

    [Test]
    public void Finish_EmptyChain_IsValid() => AuditChains.Verify([], null).Valid.Should().BeTrue();

    [TestCaseSource(nameof(EveryField))]
    public void Finish_FieldEdited_NamesTheRecord(Func<AuditRecord, AuditRecord> tamper)
    {
        var records = AuditChains.Of(9);
        var head = AuditChains.HeadOf(records);
        records[4] = tamper(records[4]);

        var report = AuditChains.Verify(records, head);

        report.Valid.Should().BeFalse();
        report.Faults[0].Should().Match<AuditFault>(f => f.Sequence == 5 && f.Kind == AuditFaultKind.Altered && f.Id == records[4].Id);
    }

    [Test]
    public void Finish_KeyVersionEdited_NamesTheRecord()
    {
        var records = AuditChains.Of(9);
        var head = AuditChains.HeadOf(records);
        records[4] = records[4] with { KeyVersion = 7 };

        AuditChains.Verify(records, head).Faults[0].Should().Match<AuditFault>(f => f.Sequence == 5 && f.Kind == AuditFaultKind.KeyMissing);
    }

    [Test]
    public void Finish_LastRecordEdited_NamesIt()
    {
        var records = AuditChains.Of(9);
        var head = AuditChains.HeadOf(records);
        records[8] = records[8] with { Action = "key.read" };

        AuditChains.Verify(records, head).Faults[0].Sequence.Should().Be(9);
    }

    [TestCase(1, 1)]
    [TestCase(4, 1)]
    [TestCase(4, 3)]
    public void Finish_RecordsRemoved_NamesTheFirstThatIsMissing(int first, int count)
    {
        var records = AuditChains.Of(9);
        var head = AuditChains.HeadOf(records);
        records.RemoveRange(first - 1, count);

        var report = AuditChains.Verify(records, head);

        report.FaultCount.Should().Be(1, "the record after the gap is not to blame");
        report.Faults[0].Should().Match<AuditFault>(f => f.Sequence == first && f.Kind == AuditFaultKind.Missing);
    }

    [Test]
    public void Finish_RecordRemovedAndTheRestRenumbered_NamesThePlace()
    {
        var records = AuditChains.Of(9);
        records.RemoveAt(3);
        records = [.. records.Select((r, i) => r with { Sequence = i + 1 })];

        AuditChains.Verify(records, null).Faults[0].Sequence.Should().Be(4);
    }

    [TestCase(3, 4)]
    [TestCase(2, 7)]
    public void Finish_RecordsSwapped_SaysThatTheyWereMoved(int one, int other)
    {
        var records = AuditChains.Of(9);
        var head = AuditChains.HeadOf(records);
        (records[one - 1], records[other - 1]) = (records[other - 1] with { Sequence = one }, records[one - 1] with { Sequence = other });

        var report = AuditChains.Verify(records, head);

        report.Faults[0].Should().Match<AuditFault>(f => f.Sequence == one && f.Kind == AuditFaultKind.Moved);
        report.Faults.Should().Contain(f => f.Sequence == other && f.Kind == AuditFaultKind.Moved);
    }

    [Test]
    public void Finish_TailCut_TheSealedEndTells()
    {
        var records = AuditChains.Of(9);

        var report = AuditChains.Verify(records.Take(6), AuditChains.HeadOf(records));

        report.Faults.Should().ContainSingle().Which.Should().Match<AuditFault>(f => f.Sequence == 7 && f.Kind == AuditFaultKind.TailCut);
    }

    [Test]
    public void Finish_TailCutAndEndMovedBack_TheSealDoesNotFit()
    {
        var records = AuditChains.Of(9);
        var moved = new AuditHead(AuditChains.PositionOf(records[5]), 1, AuditChains.HeadOf(records).Seal);

        AuditChains.Verify(records.Take(6), moved).Faults[0].Should().Match<AuditFault>(f => f.Sequence == 6 && f.Kind == AuditFaultKind.HeadForged);
    }

    [Test]
    public void Finish_TailCutAndOlderEndPutBack_TheCheckpointTells()
    {
        var records = AuditChains.Of(9);
        var checkpoint = AuditCheckpoint.Sign(AuditChains.Keys, TenantId.Default, AuditChains.PositionOf(records[7]), AuditChains.Noon);
        var older = records.Take(6).ToList();

        AuditChains.Verify(older, AuditChains.HeadOf(older)).Valid.Should().BeTrue("nothing in the database tells");
        AuditChains.Verify(older, AuditChains.HeadOf(older), checkpoints: checkpoint).Faults.Should().ContainSingle()
            .Which.Should().Match<AuditFault>(f => f.Sequence == 7 && f.Kind == AuditFaultKind.TailCut);
    }

    [Test]
    public void Finish_ChainWrittenAnewUnderTheKey_TheCheckpointTells()
    {
        var records = AuditChains.Of(9);
        var checkpoint = AuditCheckpoint.Sign(AuditChains.Keys, TenantId.Default, AuditChains.PositionOf(records[7]), AuditChains.Noon);
        var chain = new AuditChain(AuditChains.Keys);
        for (var i = 3; i < 9; i++)
        {
            records[i] = chain.Link(records[i] with { ActorId = "usr_scapegoat" }, records[i - 1].Hash);
        }

        AuditChains.Verify(records, AuditChains.HeadOf(records), checkpoints: checkpoint).Faults.Should().ContainSingle()
            .Which.Should().Match<AuditFault>(f => f.Sequence == 8 && f.Kind == AuditFaultKind.CheckpointMismatch);
    }

    [Test]
    public void Finish_CheckpointOfAnotherKey_IsForged()
    {
        var records = AuditChains.Of(3);
        var forged = AuditCheckpoint.Sign(new AuditKeyRing([new AuditKey(1, new byte[32], new byte[32])]), TenantId.Default, AuditChains.PositionOf(records[1]), AuditChains.Noon);

        AuditChains.Verify(records, AuditChains.HeadOf(records), checkpoints: forged).Faults.Should().ContainSingle().Which.Kind.Should().Be(AuditFaultKind.CheckpointForged);
    }

    [Test]
    public void Finish_KeyReplacedOnTheWay_BothPartsAreVerified()
    {
        var records = AuditChains.Of(4);
        var both = new AuditKeyRing([AuditChains.KeyOf(1), AuditChains.KeyOf(2)]);
        var chain = new AuditChain(both);
        records.Add(chain.Link(AuditChains.Record(5, TenantId.Default, chain.KeyVersion), records[3].Hash));

        AuditChains.Verify(records, AuditChains.HeadOf(records, both), both).Valid.Should().BeTrue();
        records[4].KeyVersion.Should().Be(2);
        AuditChains.Verify(records, null).Faults[0].Kind.Should().Be(AuditFaultKind.KeyMissing, "the newer key is not known there");
    }

    [Test]
    public void Finish_FromAnArchive_GoesOnAfterIt()
    {
        var records = AuditChains.Of(9);

        var report = AuditChains.Verify(records.Skip(5), AuditChains.HeadOf(records), start: AuditChains.PositionOf(records[4]));

        report.Valid.Should().BeTrue();
        report.From.Should().Be(5);
        AuditChains.Verify(records.Skip(6), AuditChains.HeadOf(records), start: AuditChains.PositionOf(records[4])).Faults[0].Sequence.Should().Be(6);
    }

    [Test]
    public void Finish_BreakThatTheGatewayNoted_IsFoundForEver()
    {
        var chain = new AuditChain(AuditChains.Keys);
        var records = AuditChains.Of(3);
        records.Add(chain.Link(AuditChains.Record(4, TenantId.Default) with { Action = AuditRecord.BreakAction }, records[2].Hash));
        records.Add(chain.Link(AuditChains.Record(5, TenantId.Default), records[3].Hash));

        AuditChains.Verify(records, AuditChains.HeadOf(records)).Faults.Should().ContainSingle().Which.Should().Match<AuditFault>(f => f.Sequence == 4 && f.Kind == AuditFaultKind.Break);
    }

    [Test]
    public void Finish_AnyTampering_IsFoundAtItsPlace()
    {
        var tampering = from length in Gen.Choose(2, 30)
                        from place in Gen.Choose(1, length)
                        from edit in Gen.Choose(0, Edits.Length)
                        select (length, place, edit);
        Prop.ForAll(tampering.ToArbitrary(), t =>
        {
            var records = AuditChains.Of(t.length);
            var head = AuditChains.HeadOf(records);
            if (t.edit == Edits.Length)
            {
                records.RemoveAt(t.place - 1);
            }
            else
            {
                records[t.place - 1] = Edits[t.edit].Tamper(records[t.place - 1]);
            }

            var report = AuditChains.Verify(records, head);
            return !report.Valid && report.Faults[0].Sequence == t.place;
        }).QuickCheckThrowOnFailure();
    }
}
