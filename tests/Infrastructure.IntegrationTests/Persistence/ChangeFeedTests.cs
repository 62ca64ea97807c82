using System.Collections.Concurrent;
using DataHub.Application.Abstractions;
using DataHub.Infrastructure.Persistence;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Persistence;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ChangeFeedTests
{
    private TestDatabase _database = null!;
    private ChangeFeed? _feed;

    [SetUp]
    public async Task CreateAsync() => _database = await TestDatabase.CreateAsync();

    [TearDown]
    public async Task DropAsync()
    {
        if (_feed is not null)
        {
            await _feed.StopAsync(CancellationToken.None);
            _feed.Dispose();
        }

        await _database.DisposeAsync();
    }

    [Test]
    public async Task Notify_ReachesTheHandlersOfTheTopic()
    {
        var (keys, configuration) = (new Handler("keys"), new Handler("configuration"));
        await ListenAsync(60, keys, configuration);

        await NotifyAsync("keys:key_1");
        await NotifyAsync("keys:key:2");
        await NotifyAsync("configuration:");
        await NotifyAsync("nonsense");

        await Eventually.TrueAsync(() => keys.Payloads.Count == 2 && configuration.Payloads.Count == 1, "all three arrive");
        keys.Payloads.Should().Equal("key_1", "key:2");
        configuration.Payloads.Should().Equal("");
    }

    [Test]
    public async Task Start_EveryHandler_CatchesUpOnce()
    {
        var handler = new Handler("keys");

        await ListenAsync(60, handler);

        await Eventually.TrueAsync(() => handler.CatchUps == 1, "the handler catches up");
    }

    // A missed notification costs one poll interval.
    [Test]
    public async Task Poll_CatchesUpAgainAndAgain()
    {
        var handler = new Handler("keys");

        await ListenAsync(0.2, handler);

        await Eventually.TrueAsync(() => handler.CatchUps >= 3, "it polls");
    }

    [Test]
    public async Task Connection_Terminated_IsMadeAnewAndHandlersCatchUp()
    {
        var handler = new Handler("keys");
        await ListenAsync(60, handler);
        await Eventually.TrueAsync(() => handler.CatchUps == 1, "the first catching up");
        var first = _feed!.ListeningProcessId;

        await _database.ExecuteAsync($"SELECT pg_terminate_backend({first})");

        await Eventually.TrueAsync(() => handler.CatchUps == 2, "the catching up after the reconnect");
        _feed.ListeningProcessId.Should().NotBe(first);
        await NotifyAsync("keys:later");
        await Eventually.TrueAsync(() => handler.Payloads.Contains("later"), "the new connection listens");
    }

    [Test]
    public async Task Handler_ThatHangsOrThrows_HoldsUpNobody()
    {
        var (hanging, throwing, good) = (new Handler("keys") { Hangs = true }, new Handler("keys") { Throws = true }, new Handler("keys"));
        await ListenAsync(60, hanging, throwing, good);

        await NotifyAsync("keys:1");
        await NotifyAsync("keys:2");

        await Eventually.TrueAsync(() => good.Payloads.Count == 2 && throwing.Payloads.Count == 2, "the others go on");
    }

    [Test]
    public async Task Stop_WithAHangingHandler_Ends()
    {
        var handler = new Handler("keys") { Hangs = true };
        await ListenAsync(60, handler);
        await NotifyAsync("keys:1");
        await Eventually.TrueAsync(() => handler.CatchUps == 1, "it hangs");

        var stop = _feed!.StopAsync(CancellationToken.None);

        await stop.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Test]
    public async Task Poll_PrunesOldChanges()
    {
        await _database.ExecuteAsync("INSERT INTO platform.changes (topic, payload, at) VALUES ('keys', 'old', now() - interval '2 hours'), ('keys', 'new', now())");

        await ListenAsync(0.2, new Handler("keys"));

        await Eventually.TrueAsync(async () => await _database.QueryScalarAsync<long>("SELECT count(*) FROM platform.changes") == 1, "the old one is gone");
        (await _database.QueryScalarAsync<string>("SELECT payload FROM platform.changes")).Should().Be("new");
    }

    // Frozen, not closed: nothing is refused and nothing answers.
    [Test]
    public async Task Server_FrozenAndThawed_ListensAgain()
    {
        await using var server = await PrivatePostgres.StartNewAsync();
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
        await SchemaInstaller.InstallAsync(dataSource, CancellationToken.None);
        var handler = new Handler("keys");
        await ListenAsync(0.2, dataSource, handler);
        await Eventually.TrueAsync(() => handler.CatchUps >= 2, "it polls");

        await server.FreezeAsync();
        await Eventually.TrueAsync(() => _feed!.ListeningProcessId == 0, "the feed gives the connection up", TimeSpan.FromSeconds(30));
        await server.ThawAsync();

        await Eventually.TrueAsync(() => _feed!.ListeningProcessId != 0, "the feed is back", TimeSpan.FromSeconds(30));
        await using var notify = dataSource.CreateCommand("SELECT pg_notify('datahub_changes', 'keys:after')");
        await notify.ExecuteNonQueryAsync();
        await Eventually.TrueAsync(() => handler.Payloads.Contains("after"), "the notification after it");
    }

    [Test]
    public async Task Queue_Overflown_IsReplacedByCatchingUp()
    {
        var handler = new Handler("keys");
        var queue = new ChangeHandlerQueue(handler, TimeSpan.FromSeconds(30), TimeProvider.System, NullLogger.Instance);
        for (var i = 0; i < 1500; i++)
        {
            queue.Enqueue(new CommittedChange("p" + i, i, default));
        }

        using var stop = new CancellationTokenSource();
        var run = queue.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => handler.Payloads.Count == 1000 && handler.CatchUps == 1, "a thousand and one catching up");

        await stop.CancelAsync();
        await run.Awaiting(r => r).Should().ThrowAsync<OperationCanceledException>();
    }

    private Task ListenAsync(double pollSeconds, params Handler[] handlers) => ListenAsync(pollSeconds, _database.DataSource, handlers);

    private async Task ListenAsync(double pollSeconds, NpgsqlDataSource dataSource, params Handler[] handlers)
    {
        _feed = new ChangeFeed(dataSource, handlers, Options.Create(new ChangeFeedOptions { PollSeconds = pollSeconds }), TimeProvider.System, NullLogger<ChangeFeed>.Instance);
        await _feed.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _feed.ListeningProcessId != 0, "it listens");
    }

    private Task NotifyAsync(string message) => _database.ExecuteAsync($"SELECT pg_notify('{TransactionRunner.Channel}', '{message}')");

    private sealed class Handler(string topic) : IChangeHandler
    {
        private int _catchUps;

        public bool Hangs { get; init; }

        public bool Throws { get; init; }

        public ConcurrentQueue<string> Payloads { get; } = [];

        public int CatchUps => Volatile.Read(ref _catchUps);

        public string Topic => topic;

        public Task OnChangedAsync(string payload, CancellationToken cancellationToken)
        {
            Payloads.Enqueue(payload);
            return AnswerAsync();
        }

        public Task CatchUpAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _catchUps);
            return AnswerAsync();
        }

        // The hanging one ignores its token on purpose.
        private Task AnswerAsync() =>
            Hangs ? new TaskCompletionSource().Task : Throws ? Task.FromException(new InvalidOperationException("planted")) : Task.CompletedTask;
    }
}
