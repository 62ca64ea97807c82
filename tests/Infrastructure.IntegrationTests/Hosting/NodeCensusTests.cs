using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Hosting;

public sealed class NodeCensusTests
{
    private readonly ManualClock _clock = new();
    private TemporaryFolder _folder = null!;
    private NodeCensus _census = null!;

    [SetUp]
    public void Start()
    {
        _folder = new TemporaryFolder();
        _census = NewCensus();
    }

    [TearDown]
    public void Stop() => _folder.Dispose();

    [Test]
    public void Standing_NobodyTold_IsAlone() => _census.Standing.Should().Be(new NodeStanding(1, 0));

    [Test]
    public void Tell_TwoSources_TheMostCounts()
    {
        _census.Tell(NodeSource.Database, new NodeStanding(4, 2));
        _census.Tell(NodeSource.Redis, new NodeStanding(2, 1));

        _census.Standing.Should().Be(new NodeStanding(4, 2));
    }

    [Test]
    public void Tell_Fewer_CountsOnlyAfterItWasToldForAWhile()
    {
        _census.Tell(NodeSource.Database, new NodeStanding(4, 3));
        Repeat(new NodeStanding(3, 2), seconds: 14);
        _census.Standing.Nodes.Should().Be(4);

        Repeat(new NodeStanding(3, 2), seconds: 3);

        _census.Standing.Should().Be(new NodeStanding(3, 2));
    }

    // The first node that is back after an outage sees itself alone; the others follow within seconds.
    [Test]
    public void Tell_FewerAfterAnOutage_WaitsForTheOthers()
    {
        _census.Tell(NodeSource.Database, new NodeStanding(4, 0));
        _clock.Advance(TimeSpan.FromMinutes(10));
        _census.Tell(NodeSource.Database, new NodeStanding(1, 0));
        _census.Standing.Nodes.Should().Be(4);

        _clock.Advance(TimeSpan.FromMinutes(10));
        _census.Tell(NodeSource.Database, new NodeStanding(1, 0));

        _census.Standing.Nodes.Should().Be(4, "two single reports ten minutes apart are two outages");
    }

    [Test]
    public void Tell_OneSourceSilent_TheOtherCounts()
    {
        _census.Tell(NodeSource.Redis, new NodeStanding(4, 1));
        Repeat(new NodeStanding(2, 0), seconds: 60);

        _census.Standing.Should().Be(new NodeStanding(2, 0));
    }

    [Test]
    public async Task Load_AfterARestart_BeginsWithTheLastCount()
    {
        _census.Tell(NodeSource.Redis, new NodeStanding(4, 1));
        await _census.SaveAsync(CancellationToken.None);

        var next = NewCensus();
        await next.LoadAsync(CancellationToken.None);
        next.Standing.Should().Be(new NodeStanding(4, 1));

        next.Tell(NodeSource.Database, new NodeStanding(1, 0));
        next.Standing.Nodes.Should().Be(4, "the others may start a little later");
    }

    [Test]
    public async Task Load_DamagedFile_IsAlone()
    {
        await File.WriteAllTextAsync(_folder.File("nodes"), "nonsense");

        await _census.LoadAsync(CancellationToken.None);

        _census.Standing.Nodes.Should().Be(1);
    }

    private NodeCensus NewCensus() => new(Guid.CreateVersion7(), new SnapshotFile(_folder.File("nodes")), _clock);

    private void Repeat(NodeStanding told, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _census.Tell(NodeSource.Database, told);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
