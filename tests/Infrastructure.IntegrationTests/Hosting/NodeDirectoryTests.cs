using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Hosting;
using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Hosting;

public sealed class NodeDirectoryTests
{
    private TestDatabase _database = null!;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _folder = new TemporaryFolder();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Start_SeveralNodes_KnowOfEachOtherWithDistinctRanks()
    {
        await using var first = await Node.StartAsync(_database.DataSource, _folder, "a");
        await using var second = await Node.StartAsync(_database.DataSource, _folder, "b");
        await using var third = await Node.StartAsync(_database.DataSource, _folder, "c");

        third.Census.Standing.Nodes.Should().Be(3, "whoever comes last sees the others before it serves");
        foreach (var node in new[] { first, second })
        {
            await node.Directory.OnChangedAsync("", CancellationToken.None); // What the change feed calls.
        }

        new[] { first, second, third }.Select(n => n.Census.Standing).Should().BeEquivalentTo([new NodeStanding(3, 0), new NodeStanding(3, 1), new NodeStanding(3, 2)]);
        first.Directory.KnownNodes.Should().Be(3);
    }

    [Test]
    public async Task Start_AndStop_TellTheOthers()
    {
        var told = new List<string>();
        await using var listener = await _database.DataSource.OpenConnectionAsync();
        listener.Notification += (_, n) => told.Add(n.Payload);
        await using (var command = new NpgsqlCommand($"LISTEN {TransactionRunner.Channel}", listener))
        {
            await command.ExecuteNonQueryAsync();
        }

        var node = await Node.StartAsync(_database.DataSource, _folder, "a");
        await listener.WaitAsync(TimeSpan.FromSeconds(5));
        await node.DisposeAsync();
        await listener.WaitAsync(TimeSpan.FromSeconds(5));

        told.Should().Equal("nodes:", "nodes:");
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM platform.nodes")).Should().Be(0);
    }

    [Test]
    public async Task List_KilledNode_IsSilentAndForgottenLater()
    {
        await using var node = await Node.StartAsync(_database.DataSource, _folder, "a");
        await _database.ExecuteAsync("""
            INSERT INTO platform.nodes VALUES
            (gen_random_uuid(), 'killed', 'localhost:3000', '1.0.0', now() - interval '1 day', now() - interval '20 s'),
            (gen_random_uuid(), 'long gone', 'localhost:3000', '1.0.0', now() - interval '1 day', now() - interval '2 h')
            """);
        await node.Directory.OnChangedAsync("", CancellationToken.None);

        var listed = await node.Directory.ListAsync(CancellationToken.None);

        listed.Select(n => (n.Name, n.Alive, n.IsSelf)).Should().Equal(("a", true, true), ("killed", false, false));
        listed[0].Address.Should().Be("localhost:3000");
        listed[0].StartedAt.Should().BeCloseTo(listed[0].SeenAt, TimeSpan.FromSeconds(30));
        node.Census.Standing.Nodes.Should().Be(1);
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM platform.nodes")).Should().Be(2);
    }

    [Test]
    public async Task Start_DatabaseAway_TakesTheLastCountAndDoesNotWaitLong()
    {
        await using (await Node.StartAsync(_database.DataSource, _folder, "other"))
        {
            await using var known = await Node.StartAsync(_database.DataSource, _folder, "kept");
            known.Census.Standing.Nodes.Should().Be(2);
        }

        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
        await using var node = await Node.StartAsync(nowhere, _folder, "kept").WaitAsync(TimeSpan.FromSeconds(5));

        node.Census.Standing.Nodes.Should().Be(2);
    }

    private sealed class Node(NodeDirectory directory, NodeCensus census) : IAsyncDisposable
    {
        public NodeDirectory Directory { get; } = directory;

        public NodeCensus Census { get; } = census;

        public static async Task<Node> StartAsync(NpgsqlDataSource dataSource, TemporaryFolder folder, string name)
        {
            var census = new NodeCensus(Guid.CreateVersion7(), new SnapshotFile(folder.File(name)), TimeProvider.System);
            var directory = new NodeDirectory(
                dataSource, census, Options.Create(new GatewayOptions { NodeName = name }), TimeProvider.System, NullLogger<NodeDirectory>.Instance);
            await directory.StartAsync(CancellationToken.None);
            return new Node(directory, census);
        }

        public async ValueTask DisposeAsync()
        {
            await Directory.StopAsync(CancellationToken.None);
            Directory.Dispose();
        }
    }
}
