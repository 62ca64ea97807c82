using System.Data;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Observability.RequestLogs;

public sealed class TransferConnectionTests
{
    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateAsync() => _database = await TestDatabase.CreateAsync();

    [TearDown]
    public async Task DropAsync() => await _database.DisposeAsync();

    // The pool would hand out another one each time.
    [Test]
    public async Task UseAsync_ConnectionsLieIdleInThePool_TakesTheOneOfBefore()
    {
        await FillPoolAsync();
        using var transfers = new TransferConnection(_database.DataSource);

        var first = await ProcessOfAsync(transfers);
        var later = new[] { await ProcessOfAsync(transfers), await ProcessOfAsync(transfers), await ProcessOfAsync(transfers) };

        later.Should().AllBeEquivalentTo(first);
    }

    [Test]
    public async Task UseAsync_WorkFails_KeepsItNoLonger()
    {
        using var transfers = new TransferConnection(_database.DataSource);
        NpgsqlConnection? used = null;
        var failing = () => transfers.UseAsync(
            connection =>
            {
                used = connection;
                throw new InvalidOperationException("half done");
            },
            CancellationToken.None);

        await failing.Should().ThrowAsync<InvalidOperationException>();

        used!.State.Should().Be(ConnectionState.Closed);
        (await ProcessOfAsync(transfers)).Should().BePositive();
    }

    [Test]
    public async Task UseAsync_ServerEndedIt_FailsOnceAndTakesAnother()
    {
        using var transfers = new TransferConnection(_database.DataSource);
        var ended = await ProcessOfAsync(transfers);
        await using (var end = _database.DataSource.CreateCommand($"SELECT pg_terminate_backend({ended}, 10000)"))
        {
            await end.ExecuteNonQueryAsync();
        }

        var failing = () => transfers.UseAsync(SelectAsync, CancellationToken.None);

        await failing.Should().ThrowAsync<NpgsqlException>();
        (await ProcessOfAsync(transfers)).Should().NotBe(ended);
        await transfers.UseAsync(SelectAsync, CancellationToken.None);
    }

    // A transfer that was given up lives on while the next one works.
    [Test]
    public async Task UseAsync_WhileItIsInUse_TakesAnotherAndKeepsOne()
    {
        using var transfers = new TransferConnection(_database.DataSource);
        var (givenUp, next) = (default(NpgsqlConnection), default(NpgsqlConnection));
        var end = new TaskCompletionSource();
        var first = transfers.UseAsync(
            async connection =>
            {
                givenUp = connection;
                await end.Task;
            },
            CancellationToken.None);

        await transfers.UseAsync(
            connection =>
            {
                next = connection;
                return Task.CompletedTask;
            },
            CancellationToken.None);
        end.SetResult();
        await first;

        next.Should().NotBeSameAs(givenUp);
        new[] { givenUp!.State, next!.State }.Should().BeEquivalentTo([ConnectionState.Open, ConnectionState.Closed]);
    }

    [Test]
    public async Task Dispose_ConnectionIsKept_GivesItBack()
    {
        NpgsqlConnection? used = null;
        using (var transfers = new TransferConnection(_database.DataSource))
        {
            await transfers.UseAsync(
                connection =>
                {
                    used = connection;
                    return Task.CompletedTask;
                },
                CancellationToken.None);
            used!.State.Should().Be(ConnectionState.Open);
        }

        used.State.Should().Be(ConnectionState.Closed);
    }

    private static async Task SelectAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync();
    }

    private static async Task<int> ProcessOfAsync(TransferConnection transfers)
    {
        var process = 0;
        await transfers.UseAsync(
            connection =>
            {
                process = connection.ProcessID;
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return process;
    }

    private async Task FillPoolAsync()
    {
        var open = new List<NpgsqlConnection>();
        for (var i = 0; i < 4; i++)
        {
            open.Add(await _database.DataSource.OpenConnectionAsync());
        }

        foreach (var connection in open)
        {
            await connection.DisposeAsync();
        }
    }
}
