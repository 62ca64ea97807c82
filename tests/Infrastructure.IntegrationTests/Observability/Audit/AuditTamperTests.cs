using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

/// <summary>What a superuser of the database does by hand, a verification finds.</summary>
public class AuditTamperTests
{
    private TestDatabase _database = null!;
    private ManualClock _clock = null!;
    private AuditNode _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _clock = new ManualClock();
        _node = new AuditNode(_database, _clock);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _node.Dispose();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Verify_WhatWasWritten_IsReadBackAsItWasHashed()
    {
        await _node.AppendAsync(12);

        var verdict = await _node.VerifyAsync();

        verdict.Faults.Should().BeEmpty();
        verdict.Records.Should().Be(12);
        var record = (await _node.RecordsAsync())[0];
        record.Before.Should().Be("""{"name":"a","rate":1.50}""", "the text of JSON is kept to the letter");
        record.UserAgent.Should().Be("tests/1 \uFFFD end");
    }

    [TestCase("actor_id = 'usr_scapegoat'")]
    [TestCase("at = at + interval '1 microsecond'")]
    [TestCase("before = '{\"name\": \"a\",\"rate\":1.50}'")]
    [TestCase("client_ip = NULL")]
    [TestCase("result = 'denied'")]
    [TestCase("hash = decode(repeat('00', 32), 'hex')")]
    public async Task Verify_RecordEdited_IsNamed(string edit)
    {
        await _node.AppendAsync(10);
        await _node.TamperAsync($"UPDATE observability.audit SET {edit} WHERE sequence = 4");

        var verdict = await _node.VerifyAsync();

        verdict.Valid.Should().BeFalse();
        verdict.FirstBad!.Sequence.Should().Be(4);
        verdict.FirstBad.Kind.Should().Be("altered");
        verdict.FirstBad.Id.Should().Be((await _node.RecordsAsync())[3].Id.ToString());
    }

    [Test]
    public async Task Verify_RecordDeleted_NamesThePlace()
    {
        await _node.AppendAsync(10);
        await _node.TamperAsync("DELETE FROM observability.audit WHERE sequence = 6");

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 6 && f.Kind == "missing");
    }

    [Test]
    public async Task Verify_RecordsSwapped_NamesThePlaces()
    {
        await _node.AppendAsync(10);
        await _node.TamperAsync("""
            UPDATE observability.audit SET sequence = -3 WHERE sequence = 3;
            UPDATE observability.audit SET sequence = 3 WHERE sequence = 8;
            UPDATE observability.audit SET sequence = 8 WHERE sequence = -3
            """);

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 3 && f.Kind == "moved");
    }

    [Test]
    public async Task Verify_TailCut_NamesTheFirstThatIsGone()
    {
        await _node.AppendAsync(10);
        await _node.TamperAsync("DELETE FROM observability.audit WHERE sequence > 7");

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 8 && f.Kind == "tail-cut");
    }

    [Test]
    public async Task Verify_TailCutAndEndRewritten_FindsTheForgedEnd()
    {
        await _node.AppendAsync(10);
        await _node.TamperAsync("""
            DELETE FROM observability.audit WHERE sequence > 7;
            UPDATE observability.audit_heads SET sequence = 7, hash = (SELECT hash FROM observability.audit WHERE sequence = 7)
            """);

        (await _node.VerifyAsync()).FirstBad!.Kind.Should().Be("head-forged");
    }

    [Test]
    public async Task Verify_OlderCopyOfEverythingPutBack_TheDataFolderTells()
    {
        await _node.AppendAsync(7);
        await _node.TamperAsync("CREATE TABLE public.stolen AS SELECT * FROM observability.audit_heads");
        await _node.AppendAsync(3);
        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);
        await _node.TamperAsync("""
            DELETE FROM observability.audit WHERE sequence > 7;
            DELETE FROM observability.audit_checkpoints;
            DELETE FROM observability.audit_heads;
            INSERT INTO observability.audit_heads SELECT * FROM public.stolen
            """);

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 8 && f.Kind == "tail-cut");
        using var other = new AuditNode(_database, _clock);
        (await other.VerifyAsync()).Valid.Should().BeTrue("a node without the checkpoint has nothing to hold against the database");
    }

    [Test]
    public async Task Verify_ExportedCheckpointGivenBack_FindsTheCut()
    {
        await _node.AppendAsync(10);
        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);
        var exported = (await _node.Store.ListCheckpointsAsync(TenantId.Default, null, 1, CancellationToken.None)).Single();
        await _node.TamperAsync("TRUNCATE observability.audit, observability.audit_checkpoints, observability.audit_heads");
        using var other = new AuditNode(_database, _clock);

        (await other.VerifyAsync()).Valid.Should().BeTrue();
        (await other.VerifyAsync(checkpoints: exported)).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 1 && f.Kind == "tail-cut");
    }

    [Test]
    public async Task Verify_AllChains_FindsAChainThatIsGoneAltogether()
    {
        var tenant = new TenantId(Guid.CreateVersion7());
        await _node.AppendAsync(3);
        await _node.AppendAsync(3, tenant);
        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);
        await _node.TamperAsync("TRUNCATE observability.audit, observability.audit_checkpoints, observability.audit_heads");

        var verdict = await _node.Verification.VerifyAsync(null, [], CancellationToken.None);

        verdict.Chains.Select(c => c.Tenant).Should().BeEquivalentTo(TenantId.Default.ToString(), tenant.ToString());
        verdict.Chains.Should().OnlyContain(c => !c.Valid);
    }

    [TestCase("DELETE FROM observability.audit WHERE sequence > 7; UPDATE observability.audit_heads SET sequence = 7, hash = (SELECT hash FROM observability.audit WHERE sequence = 7)")]
    [TestCase("DELETE FROM observability.audit WHERE sequence > 7; DELETE FROM observability.audit_heads")]
    public async Task Append_AfterTheEndWasMovedBack_SaysSoForEver(string tampering)
    {
        await _node.AppendAsync(10);
        await _node.TamperAsync(tampering);

        await _node.AppendAsync(1);

        (await _node.RecordsAsync()).Select(r => r.Action).Skip(7).Should().Equal("audit.break", "key.update");
        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 8 && f.Kind == "break");
    }

    [Test]
    public async Task Checkpoints_OfABrokenChain_AreNotMadeAndTheLastGoodOneStays()
    {
        await _node.AppendAsync(5);
        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);
        var kept = await File.ReadAllBytesAsync(_node.CheckpointPath);
        await _node.AppendAsync(5);
        await _node.TamperAsync("UPDATE observability.audit SET actor_id = 'usr_scapegoat' WHERE sequence = 7");

        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);

        (await _node.Store.ListCheckpointsAsync(TenantId.Default, null, 10, CancellationToken.None)).Should().ContainSingle().Which.Position.Sequence.Should().Be(5);
        (await File.ReadAllBytesAsync(_node.CheckpointPath)).Should().Equal(kept);
    }

    [Test]
    public async Task Checkpoints_OfAnotherNode_AreTakenOverOnlyWhenTheyContinueOnesOwn()
    {
        using var other = new AuditNode(_database, _clock);
        await _node.AppendAsync(5);
        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);

        // The database is emptied and a chain of the installation's own key begun anew: the other node has nothing that speaks against it.
        await _node.TamperAsync("TRUNCATE observability.audit, observability.audit_checkpoints, observability.audit_heads");
        await other.AppendAsync(9);
        await other.Checkpoints.RunOnceAsync(CancellationToken.None);
        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);

        (await other.VerifyAsync()).Valid.Should().BeTrue();
        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 5 && f.Kind == "checkpoint-mismatch");
    }

    [TestCase("UPDATE observability.audit SET actor_id = 'x'")]
    [TestCase("DELETE FROM observability.audit")]
    [TestCase("TRUNCATE observability.audit")]
    [TestCase("SET session_replication_role = replica; DELETE FROM observability.audit")]
    [TestCase("SET datahub.audit_archiving = '00000000-0000-7000-8000-000000000001'; DELETE FROM observability.audit")]
    [TestCase("SELECT observability.remove_archived_audit('00000000-0000-7000-8000-000000000001', 1)")]
    public async Task Table_WithItsGuards_RefusesEveryChange(string sql)
    {
        await _node.AppendAsync(1);
        await using var connection = new NpgsqlConnection(_database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);

        await command.Invoking(c => c.ExecuteNonQueryAsync()).Should().ThrowAsync<PostgresException>().WithMessage("*audit trail only grows*");
        (await _node.RecordsAsync()).Should().HaveCount(1);
    }
}
