using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.Audit;

/// <summary>Writers of several connections, roll-backs and crashes leave one chain without gaps.</summary>
public class AuditConcurrencyTests
{
    private TestDatabase _database = null!;
    private AuditNode _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _node = new AuditNode(_database, new ManualClock());
    }

    [TearDown]
    public async Task StopAsync()
    {
        _node.Dispose();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Append_ManyWritersOfTwoTenants_EveryChainIsWhole()
    {
        var other = new TenantId(Guid.CreateVersion7());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 25; i++)
            {
                // In both orders, which would be a deadlock if the chains were locked as they come.
                var (first, second) = writer % 2 == 0 ? (TenantId.Default, other) : (other, TenantId.Default);
                await _node.Store.AppendAsync([AuditNode.Draft(i, first), AuditNode.Draft(i, second)], CancellationToken.None);
            }
        }));

        foreach (var tenant in new[] { TenantId.Default, other })
        {
            (await _node.RecordsAsync(tenant)).Select(r => r.Sequence).Should().Equal(Enumerable.Range(1, 200).Select(i => (long)i));
            (await _node.VerifyAsync(tenant)).Faults.Should().BeEmpty();
        }
    }

    [Test]
    public async Task Append_RolledBack_LeavesNoTraceAndNoGap()
    {
        await _node.AppendAsync(2);
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await _node.Writer.AppendAsync(connection, [AuditNode.Draft(77)], CancellationToken.None);
            await transaction.RollbackAsync();
        }

        await _node.AppendAsync(1);

        (await _node.RecordsAsync()).Select(r => (r.Sequence, r.ResourceId)).Should().Equal((1, "key_1"), (2, "key_2"), (3, "key_1"));
        (await _node.VerifyAsync()).Valid.Should().BeTrue();
    }

    [Test]
    public async Task Append_BackendKilledInTheMiddle_TheNextWriterGoesOn()
    {
        await _node.AppendAsync(2);
        await using var doomed = new NpgsqlConnection(_database.ConnectionString + ";Pooling=false");
        await doomed.OpenAsync();
        await using var transaction = await doomed.BeginTransactionAsync();
        await _node.Writer.AppendAsync(doomed, [AuditNode.Draft(77), AuditNode.Draft(78)], CancellationToken.None);
        var waiting = _node.AppendAsync(1);
        waiting.IsCompleted.Should().BeFalse("the end of the chain is locked until the other one commits");

        await _database.ExecuteAsync($"SELECT pg_terminate_backend({doomed.ProcessID})");
        await waiting.WaitAsync(TimeSpan.FromSeconds(10));

        (await _node.RecordsAsync()).Select(r => r.ResourceId).Should().Equal("key_1", "key_2", "key_1");
        (await _node.VerifyAsync()).Valid.Should().BeTrue();
    }

    [Test]
    public async Task Verify_WhileWritersWrite_SeesOneMoment()
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                await _node.AppendAsync(1);
            }
        }).ToList();

        for (var i = 0; i < 10; i++)
        {
            (await _node.VerifyAsync()).Faults.Should().BeEmpty();
            await _node.Checkpoints.RunOnceAsync(CancellationToken.None);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Test]
    public async Task Append_KeyReplaced_TheChainGoesOnUnderTheNewOne()
    {
        await _node.AppendAsync(2);
        using var replaced = new AuditNode(_database, new ManualClock(), 1, 2);
        await replaced.AppendAsync(2);

        (await replaced.RecordsAsync()).Select(r => r.KeyVersion).Should().Equal(1, 1, 2, 2);
        (await replaced.VerifyAsync()).Valid.Should().BeTrue();
        (await _node.VerifyAsync()).FirstBad!.Kind.Should().BeOneOf("key-missing", "head-forged");
    }
}
