using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

/// <summary>The verification by schedule.</summary>
public class AuditKeeperTests
{
    private const string Verifications = "SELECT count(*) FROM observability.audit_verifications";

    private TestDatabase _database = null!;
    private ManualClock _clock = null!;
    private AuditNode _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _clock = new ManualClock();
        _node = new AuditNode(_database, _clock);
        await _node.AppendAsync(3);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _node.Dispose();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Verify_ByTwoNodesForDays_IsDoneOnceADay()
    {
        using var other = new AuditNode(_database, _clock, "n2");
        var done = new List<DateTime>();
        for (var hour = 0; hour <= 72; hour++)
        {
            await Task.WhenAll(_node.Keeper.VerifyAsync(CancellationToken.None), other.Keeper.VerifyAsync(CancellationToken.None));
            done.Add(await _database.QueryScalarAsync<DateTime>("SELECT at FROM observability.audit_verifications"));
            _clock.Advance(TimeSpan.FromHours(1));
        }

        // Due after nine tenths of the day, so that a timer that is a little early does not skip one.
        done.Distinct().Should().HaveCount(4);
        done.Distinct().Zip(done.Distinct().Skip(1), (a, b) => b - a).Should().OnlyContain(pause => pause >= TimeSpan.FromHours(21) && pause <= TimeSpan.FromHours(24));
    }

    [Test]
    public async Task Timer_AfterTheFirstMinuteAndThenDaily_FindsWhatWasDone()
    {
        await _node.Keeper.StartAsync(CancellationToken.None);
        (await _database.QueryScalarAsync<long>(Verifications)).Should().Be(0);
        await RunUntilAsync("SELECT EXISTS (SELECT FROM observability.audit_verifications WHERE valid)", TimeSpan.FromSeconds(10));

        await _node.TamperAsync("UPDATE observability.audit SET actor_id = 'usr_scapegoat' WHERE sequence = 2");
        await RunUntilAsync("SELECT EXISTS (SELECT FROM observability.audit_verifications WHERE NOT valid AND report::text LIKE '%altered%')", TimeSpan.FromHours(1));

        await _node.Keeper.StopAsync(CancellationToken.None);
    }

    // The keeper waits for the clock in between: it is moved on until it has done what is due.
    private Task RunUntilAsync(string sql, TimeSpan step) => Eventually.TrueAsync(
        async () =>
        {
            _clock.Advance(step);
            return await _database.QueryScalarAsync<bool>(sql);
        },
        sql);
}
