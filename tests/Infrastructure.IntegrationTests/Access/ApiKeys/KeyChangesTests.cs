using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

/// <summary>What a node forgets when keys change: by announcement, and by the list of changes.</summary>
public class KeyChangesTests
{
    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateAsync() => _database = await TestDatabase.CreateAsync();

    [TearDown]
    public async Task DropAsync() => await _database.DisposeAsync();

    [Test]
    public async Task CatchUp_ChangesThatWereMissed_AreEvictedOnce()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(DirectoryHarness.Row);
        var changes = harness.ChangesOf(_database.DataSource);
        await changes.CatchUpAsync(CancellationToken.None);
        await harness.FindAsync();

        await AnnounceAsync(DirectoryHarness.KeyId);
        await changes.CatchUpAsync(CancellationToken.None);
        harness.Cache.Count.Should().Be(0);
        await harness.FindAsync();
        await changes.CatchUpAsync(CancellationToken.None);

        harness.Cache.Count.Should().Be(1, "an old change is not new at every poll");
    }

    [Test]
    public async Task CatchUp_ChangeThatWasAnnounced_LeavesWhatWasLoadedSince()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(DirectoryHarness.Row);
        var changes = harness.ChangesOf(_database.DataSource);
        await changes.CatchUpAsync(CancellationToken.None);
        var number = await AnnounceAsync(DirectoryHarness.KeyId);
        await changes.OnAnnouncedAsync(new CommittedChange(DirectoryHarness.KeyId, number, harness.Clock.GetUtcNow()), CancellationToken.None);
        await harness.FindAsync();

        await changes.CatchUpAsync(CancellationToken.None);
        harness.IsAway();

        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Found);
    }

    [Test]
    public async Task CatchUp_ChangeThatCouldNotBeDealtWith_IsLookedAtAgain()
    {
        var cache = new FailingCopies();
        using var harness = new DirectoryHarness(shared: cache);
        harness.Answers(DirectoryHarness.Row);
        var changes = harness.ChangesOf(_database.DataSource);
        await changes.CatchUpAsync(CancellationToken.None);
        await AnnounceAsync(DirectoryHarness.ConsumerId);
        await harness.FindAsync();
        cache.Fails = true;
        var fails = () => changes.CatchUpAsync(CancellationToken.None);
        await fails.Should().ThrowAsync<InvalidOperationException>();
        await harness.FindAsync();
        cache.Fails = false;

        await changes.CatchUpAsync(CancellationToken.None);

        harness.Cache.Count.Should().Be(0);
    }

    [Test]
    public async Task CatchUp_FirstTime_KnowsTheChangesOfTheLastMinutes()
    {
        using var harness = new DirectoryHarness();
        await AnnounceAsync(DirectoryHarness.ConsumerId);
        var changes = harness.ChangesOf(_database.DataSource);

        await changes.CatchUpAsync(CancellationToken.None);

        harness.Cache.IsTombstoned(DirectoryHarness.Row.ToCaller(new KeyUsage())).Should().BeTrue();
    }

    [Test]
    public async Task CatchUp_AfterALongGap_ForgetsEverything()
    {
        using var harness = new DirectoryHarness(new ApiKeysOptions { StaleSeconds = 7200 });
        harness.Answers(DirectoryHarness.Row with { KeyId = Guid.CreateVersion7(), ConsumerId = Guid.CreateVersion7() });
        var changes = harness.ChangesOf(_database.DataSource);
        await changes.CatchUpAsync(CancellationToken.None);
        await harness.FindAsync();

        harness.Clock.Advance(TimeSpan.FromMinutes(29));
        await changes.CatchUpAsync(CancellationToken.None);
        harness.Cache.Count.Should().Be(1);
        harness.Clock.Advance(TimeSpan.FromMinutes(31));
        await changes.CatchUpAsync(CancellationToken.None);

        harness.Cache.Count.Should().Be(0);
    }

    private Task<long> AnnounceAsync(string payload) =>
        _database.QueryScalarAsync<long>($"INSERT INTO platform.changes (topic, payload) VALUES ('keys', '{payload}') RETURNING seq");

    private sealed class FailingCopies : ISharedCache
    {
        public bool Fails { get; set; }

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => ValueTask.FromResult<byte[]?>(null);

        public ValueTask SetAsync(string key, byte[] value, TimeSpan timeToLive, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) =>
            Fails ? throw new InvalidOperationException("given up") : ValueTask.CompletedTask;
    }
}
