using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Routing.Snapshots;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class GatewaySnapshotStoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private TestDatabase _database = null!;
    private int _ids;

    [SetUp]
    public async Task CreateAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await ChangeAsync(
            Upstream.Create(new UpstreamId(Id(1)), new UpstreamDefinition("one", Destinations: [new Destination("a", "http://a")]), Now),
            PublishedApi.Create(new ApiId(Id(2)), new ApiDefinition("Shop", "shop"), Now),
            Route("first"));
    }

    [TearDown]
    public async Task DropAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Start_DatabaseThere_LoadsAndSaves()
    {
        await using var node = Node();

        await node.StartAsync();

        node.Current.Loaded.Should().BeTrue();
        node.Current.Routes.Values.Select(r => r.Name).Should().Equal("first");
        node.Current.Epoch.Should().Be(1);
        File.Exists(_folder.File("snapshots", "routing.json")).Should().BeTrue();
    }

    [Test]
    public async Task Changed_Committed_IsInEffectWhenTheCallReturns()
    {
        await using var node = Node();
        await node.StartAsync();
        await ChangeAsync(Route("second"));

        await node.Store.OnChangedAsync("", CancellationToken.None);

        node.Current.Routes.Should().HaveCount(2);
        node.Current.Epoch.Should().Be(2);
    }

    [Test]
    public async Task Poll_EpochUnchanged_ReadsNothingElse()
    {
        await using var node = Node();
        await node.StartAsync();
        await _database.ExecuteAsync("ALTER TABLE routing.routes RENAME TO hidden");

        await node.PollAsync();

        node.Current.Routes.Should().HaveCount(1);
    }

    // Consumers compare references; an equal one swapped in would make YARP and every cache start over.
    [Test]
    public async Task Poll_EqualContent_SwapsNothing()
    {
        var listener = new Listener();
        await using var node = Node(listener);
        await node.StartAsync();
        var before = node.Current;
        await _database.ExecuteAsync("UPDATE platform.epochs SET value = value + 1");

        await node.PollAsync();

        node.Current.Should().BeSameAs(before);
        listener.Applied.Should().HaveCount(1);
    }

    [Test]
    public async Task Poll_SnapshotCouldNotBeWrittenBefore_WritesIt()
    {
        var file = _folder.File("snapshots", "routing.json");
        Directory.CreateDirectory(file);
        await using var node = Node();
        await node.StartAsync();
        node.Current.Loaded.Should().BeTrue();
        Directory.Delete(file);

        await node.PollAsync();

        File.Exists(file).Should().BeTrue("the next start may have nothing else");
    }

    // A database restored from a backup has a lower epoch and other content.
    [Test]
    public async Task Poll_EpochWentBack_Loads()
    {
        await using var node = Node();
        await ChangeAsync(Route("second"));
        await node.StartAsync();
        await _database.ExecuteAsync("DELETE FROM routing.routes WHERE name = 'second'; UPDATE platform.epochs SET value = 1");

        await node.PollAsync();

        node.Current.Routes.Should().HaveCount(1);
    }

    [TestCase("UPDATE routing.routes SET path = '/a//b'")]
    [TestCase("UPDATE routing.apis SET base_path = '/api'")]
    [TestCase("ALTER TABLE routing.routes DROP CONSTRAINT fk_routes_upstreams_upstream_id; DELETE FROM routing.upstreams")]
    public async Task Poll_BadConfiguration_KeepsTheLastGoodInMemoryAndOnDisk(string damage)
    {
        await using var node = Node();
        await node.StartAsync();
        var good = node.Current;
        await _database.ExecuteAsync(damage + "; UPDATE platform.epochs SET value = value + 1");

        await node.PollAsync();
        node.Current.Should().BeSameAs(good);

        await using var restarted = Node();
        await restarted.StartAsync();
        restarted.Current.Hash.Should().Be(good.Hash, "a node that starts with a bad database uses the copy on disk");
    }

    [Test]
    public async Task Poll_BadConfigurationMended_TakesIt()
    {
        await using var node = Node();
        await node.StartAsync();
        await _database.ExecuteAsync("UPDATE routing.routes SET path = '/a//b'; UPDATE platform.epochs SET value = value + 1");
        await node.PollAsync();
        await _database.ExecuteAsync("UPDATE routing.routes SET path = '/mended'; UPDATE platform.epochs SET value = value + 1");

        await node.PollAsync();

        node.Current.Routes.Values.Single().PathTemplate.Should().Be("/gateway/shop/mended");
    }

    [Test]
    public async Task Apply_ListenerRefuses_KeepsTheLastGood()
    {
        var listener = new Listener();
        await using var node = Node(listener);
        await node.StartAsync();
        var good = node.Current;
        listener.Refusal = "no";
        await ChangeAsync(Route("second"));

        await node.PollAsync();

        node.Current.Should().BeSameAs(good);
    }

    [Test]
    public async Task Start_DatabaseAway_UsesTheDiskAndCatchesUpLater()
    {
        await using (var before = Node())
        {
            await before.StartAsync();
        }

        await using var node = Node();
        node.Reachable = false;
        await node.StartAsync();
        node.Current.Loaded.Should().BeTrue();
        node.Current.Routes.Values.Select(r => r.Name).Should().Equal("first");
        node.Current.Epoch.Should().Be(1);

        await ChangeAsync(Route("second"));
        await node.PollAsync();
        node.Current.Routes.Should().HaveCount(1);
        node.Reachable = true;
        await node.PollAsync();

        node.Current.Routes.Should().HaveCount(2);
    }

    [TestCase(0)]
    [TestCase(40)]
    public async Task Start_DatabaseAwayAndFileDamaged_IsNotLoaded(int at)
    {
        await using (var before = Node())
        {
            await before.StartAsync();
        }

        var path = _folder.File("snapshots", "routing.json");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        await using var node = Node();
        node.Reachable = false;

        await node.StartAsync();

        node.Current.Loaded.Should().BeFalse();
    }

    [Test]
    public async Task Start_DatabaseAwayAndNoFile_IsNotLoadedAndComesUpLater()
    {
        await using var node = Node();
        node.Reachable = false;
        await node.StartAsync();
        node.Current.Loaded.Should().BeFalse();

        node.Reachable = true;
        await node.PollAsync();

        node.Current.Loaded.Should().BeTrue();
    }

    // The change is committed already: the writer must get its answer.
    [Test]
    public async Task Changed_DatabaseAway_DoesNotThrow()
    {
        await using var node = Node();
        await node.StartAsync();
        node.Reachable = false;

        await node.Store.OnChangedAsync("", CancellationToken.None);

        node.Current.Loaded.Should().BeTrue();
    }

    private SnapshotNode Node(params ISnapshotListener[] listeners) => new(_folder.Path, _database.ConnectionString, listeners);

    private ApiRoute Route(string name) => ApiRoute.Create(new RouteId(Id(100 + ++_ids)), new ApiId(Id(2)), new RouteDefinition(name, new UpstreamId(Id(1)), "/" + name), Now);

    private static Guid Id(int n) => new($"01900000-0000-7000-8000-{n:x12}");

    private async Task ChangeAsync(params object[] added)
    {
        await using var context = _database.CreateContext();
        context.AddRange(added);
        await context.SaveChangesAsync();
        await _database.ExecuteAsync("INSERT INTO platform.epochs VALUES ('configuration', 1) ON CONFLICT (topic) DO UPDATE SET value = platform.epochs.value + 1");
    }

    private sealed class Listener : ISnapshotListener
    {
        public List<GatewaySnapshot> Applied { get; } = [];

        public string? Refusal { get; set; }

        public Task<string?> ApplyAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
        {
            Applied.Add(snapshot);
            return Task.FromResult(Refusal);
        }
    }
}
