using System.Security.Cryptography;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

public class AuditArchiveTests
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
    public async Task Archive_OldRecords_MoveIntoAFileAndTheChainGoesOn()
    {
        await _node.AppendAsync(5);
        _clock.Advance(TimeSpan.FromDays(2));
        await _node.AppendAsync(3);

        await ArchiveAsync(daysOld: 1);
        await ArchiveAsync(daysOld: 1);

        (await _node.RecordsAsync()).Select(r => (r.Sequence, r.Action)).Should().Equal((6, "key.update"), (7, "key.update"), (8, "key.update"), (9, "audit.archive"));
        var file = Directory.GetFiles(_node.ArchivePath).Should().ContainSingle().Subject;
        var lines = await File.ReadAllLinesAsync(file);
        lines.Should().HaveCount(6);
        lines[0].Should().Contain("\"before\":{\"name\":\"a\",\"rate\":1.50}");
        lines[5].Should().StartWith("{\"checkpoint\":{\"tenant\":\"ten_").And.Contain("\"sequence\":5");
        (await _node.RecordsAsync())[3].Details.Should().Contain(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))));
        var verdict = await _node.VerifyAsync();
        verdict.Faults.Should().BeEmpty();
        verdict.ArchivedTo.Should().Be(5);
    }

    [Test]
    public async Task Archive_EverythingTwice_TheChainGoesOn()
    {
        for (var i = 0; i < 2; i++)
        {
            await _node.AppendAsync(3);
            _clock.Advance(TimeSpan.FromDays(2));
            await ArchiveAsync(daysOld: 1);
        }

        Directory.GetFiles(_node.ArchivePath).Should().HaveCount(2);
        (await _node.RecordsAsync()).Should().ContainSingle().Which.Sequence.Should().Be(8);
        (await _node.VerifyAsync()).Faults.Should().BeEmpty();
    }

    [Test]
    public async Task Archive_BrokenChain_IsLeftAsItIs()
    {
        await _node.AppendAsync(5);
        await _node.TamperAsync("UPDATE observability.audit SET actor_id = 'usr_scapegoat' WHERE sequence = 2");
        _clock.Advance(TimeSpan.FromDays(2));

        await ArchiveAsync(daysOld: 1);

        (await _node.RecordsAsync()).Should().HaveCount(5, "tampered records are evidence");
        Directory.GetFiles(_node.ArchivePath).Should().BeEmpty();
    }

    [Test]
    public async Task Verify_ArchiveThatNobodySigned_IsFound()
    {
        await _node.AppendAsync(5);
        await _node.TamperAsync("""
            INSERT INTO observability.audit_archives (tenant_id, first_sequence, sequence, hash, at, key_version, signature, file, sha256, node)
            SELECT tenant_id, 1, sequence, hash, at, 1, decode(repeat('11', 64), 'hex'), 'x', hash, 'x' FROM observability.audit WHERE sequence = 3;
            DELETE FROM observability.audit WHERE sequence <= 3
            """);

        var verdict = await _node.VerifyAsync();

        verdict.FirstBad!.Kind.Should().Be("checkpoint-forged");
        verdict.FirstBad.Sequence.Should().Be(3);
    }

    [Test]
    public async Task Verify_RecordsMissingAfterTheCut_AreFound()
    {
        await _node.AppendAsync(5);
        _clock.Advance(TimeSpan.FromDays(2));
        await _node.AppendAsync(3);
        await ArchiveAsync(daysOld: 1);
        await _node.TamperAsync("DELETE FROM observability.audit WHERE sequence = 6");

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Sequence == 6 && f.Kind == "missing");
    }

    [Test]
    public async Task Checkpoints_AcrossACut_GoOn()
    {
        await _node.AppendAsync(5);
        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromDays(2));
        await _node.AppendAsync(3);
        await ArchiveAsync(daysOld: 1);

        await _node.Checkpoints.RunOnceAsync(CancellationToken.None);

        (await _node.Store.ListCheckpointsAsync(TenantId.Default, null, 1, CancellationToken.None)).Single().Position.Sequence.Should().Be(9);
        (await _node.VerifyAsync()).Faults.Should().BeEmpty();
    }

    [Test]
    public async Task Verify_ArchiveFiles_AreReadAgain()
    {
        await ArchiveTwiceAsync();

        var verdict = await _node.VerifyAsync();

        verdict.Should().BeEquivalentTo(new { Valid = true, ArchivesVerified = 2, ArchivesElsewhere = 0 });
    }

    [TestCase("\"usr_1\"", "\"usr_2\"", 1)]
    [TestCase("\"rate\":1.50", "\"rate\":1.5", 1)]
    [TestCase("{\"checkpoint\"", " {\"checkpoint\"", 1)]
    [TestCase("{\"checkpoint\"", "{\"id\":7}\n{\"checkpoint\"", 1)]
    [TestCase("\"sequence\":2,", "\"sequence\":3,", 2)]
    public async Task Verify_ArchiveFileThatWasEdited_IsFound(string part, string by, long first)
    {
        await ArchiveTwiceAsync();
        var text = await File.ReadAllTextAsync(Files[0]);
        text.Should().Contain(part);
        await File.WriteAllTextAsync(Files[0], text.Replace(part, by, StringComparison.Ordinal));

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Kind == "archive-altered" && f.Sequence == first);
    }

    [Test]
    public async Task Verify_ArchiveFileThatLostARecord_IsFound()
    {
        await ArchiveTwiceAsync();
        await File.WriteAllLinesAsync(Files[1], (await File.ReadAllLinesAsync(Files[1])).Where((_, i) => i != 1));

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Kind == "archive-altered" && f.Sequence == 5);
    }

    [Test]
    public async Task Verify_ArchiveFileThatIsGone_IsFoundByTheNodeThatWroteIt()
    {
        await ArchiveTwiceAsync();
        using var other = new AuditNode(_database, _clock, "n2");
        File.Delete(Files[1]);

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Kind == "archive-missing" && f.Sequence == 4);
        (await other.VerifyAsync()).Should().BeEquivalentTo(new { Valid = true, ArchivesVerified = 0, ArchivesElsewhere = 2 });
    }

    [Test]
    public async Task Verify_ArchiveThatTheDatabaseForgot_IsFound()
    {
        await ArchiveTwiceAsync();
        await _node.TamperAsync(
            "ALTER TABLE observability.audit_archives DISABLE TRIGGER ALL; DELETE FROM observability.audit_archives WHERE first_sequence = 1; ALTER TABLE observability.audit_archives ENABLE ALWAYS TRIGGER audit_archives_rows");

        (await _node.VerifyAsync()).FirstBad.Should().Match<Application.Observability.Audit.AuditFinding>(f => f.Kind == "missing" && f.Sequence == 1);
    }

    private string[] Files => [.. Directory.GetFiles(_node.ArchivePath).Order(StringComparer.Ordinal)];

    // Records 1 to 3 and, with the record that tells of it, 4 to 7.
    private async Task ArchiveTwiceAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            await _node.AppendAsync(3);
            _clock.Advance(TimeSpan.FromDays(2));
            await ArchiveAsync(daysOld: 1);
        }
    }

    private Task ArchiveAsync(int daysOld) => _node.Archive.RunOnceAsync(_clock.GetUtcNow().AddDays(-daysOld), CancellationToken.None);
}
