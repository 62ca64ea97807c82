using DataHub.Application.Access.Contracts;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

public class KeyDirectoryChangeTests
{
    private static readonly KeyRow Row = DirectoryHarness.Row;
    private static readonly KeyRow Revoked = Row with { Revoked = true, KeyVersion = 2 };

    [TestCase(true)]
    [TestCase(false)]
    public async Task Evict_KeyOrItsConsumer_IsLoadedAgainAndItsLastUseKept(bool byKey)
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row);
        (await harness.FindAsync()).Caller!.Usage.Touch(77);
        harness.Answers(Revoked);

        harness.Cache.Evict(byKey ? DirectoryHarness.KeyId : DirectoryHarness.ConsumerId);

        (await harness.FindAsync()).Caller!.Revoked.Should().BeTrue();
        harness.Cache.UsedRecords().Select(r => (r.KeyId.Value, r.Usage.Drain())).Should().Contain((Row.KeyId, 77));
    }

    [Test]
    public async Task Evict_AnotherKey_LeavesThisOne()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row);
        await harness.FindAsync();

        harness.Cache.Evict("key_0123456789abcdefghjkmnpqrs");

        (await harness.FindAsync()).Source.Should().Be("l1");
    }

    // The race that brings a revoked key back: the load read the row before the revocation, and answers after it.
    [TestCase(true)]
    [TestCase(false)]
    public async Task Find_ChangedWhileItWasLoaded_DoesNotBringTheOldStateBack(bool byKey)
    {
        using var harness = new DirectoryHarness();
        var old = new TaskCompletionSource<KeyRow?>();
        harness.Store = (_, _) => harness.Loads == 1 ? old.Task : Task.FromResult<KeyRow?>(Revoked);
        var before = harness.FindAsync();
        await Eventually.TrueAsync(() => harness.Loads == 1, "the load began");

        harness.Cache.Evict(byKey ? DirectoryHarness.KeyId : DirectoryHarness.ConsumerId);
        var after = harness.FindAsync();
        old.SetResult(Row);

        (await before).Caller!.Revoked.Should().BeTrue();
        (await after).Caller!.Revoked.Should().BeTrue("it asked after the revocation was known here");
        (await harness.FindAsync()).Caller!.Revoked.Should().BeTrue();
    }

    [Test]
    public async Task Clear_WhileAKeyIsLoaded_KeepsNothingOfTheOldState()
    {
        using var harness = new DirectoryHarness();
        var old = new TaskCompletionSource<KeyRow?>();
        harness.Store = (_, _) => harness.Loads == 1 ? old.Task : Task.FromResult<KeyRow?>(Revoked);
        var lookup = harness.FindAsync();
        await Eventually.TrueAsync(() => harness.Loads == 1, "the load began");

        harness.Cache.Clear();
        old.SetResult(Row);

        (await lookup).Caller!.Revoked.Should().BeTrue();
    }

    [Test]
    public async Task Find_IssuedWhileItWasLookedUp_IsNotRememberedAsUnknown()
    {
        using var harness = new DirectoryHarness();
        var old = new TaskCompletionSource<KeyRow?>();
        harness.Store = (_, _) => harness.Loads == 1 ? old.Task : Task.FromResult<KeyRow?>(Row);
        var lookup = harness.FindAsync();
        await Eventually.TrueAsync(() => harness.Loads == 1, "the load began");

        harness.Cache.Evict(DirectoryHarness.KeyId);
        old.SetResult(null);
        await lookup;

        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Found);
    }

    [Test]
    public async Task Find_KeyThatChangesOnEveryLoad_IsAnsweredFromTheLastAndNotKept()
    {
        using var harness = new DirectoryHarness();
        harness.Store = (_, _) =>
        {
            harness.Cache.Evict(DirectoryHarness.KeyId);
            return Task.FromResult<KeyRow?>(Row with { KeyVersion = harness.Loads });
        };

        var lookup = await harness.FindAsync();

        lookup.Caller!.KeyVersion.Should().Be(3);
        harness.Cache.Count.Should().Be(0);
    }

    [Test]
    public async Task Find_OlderVersionThanIsKnown_IsNotTakenOver()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Revoked);
        await harness.FindAsync();
        harness.Clock.Advance(TimeSpan.FromSeconds(61));
        harness.Answers(Row);

        await harness.FindAsync();
        await Eventually.TrueAsync(() => harness.Loads >= 2, "it was loaded again");

        harness.Directory.TryFindCached(DirectoryHarness.Secret, out var lookup);
        lookup.Caller!.Revoked.Should().BeTrue();
    }

    // Real threads: whatever the interleaving, nobody who asks after a change was announced may see the state before it.
    [Test]
    public async Task Find_ChangesUnderLoad_NeverServesAStateOlderThanTheLastAnnouncement()
    {
        using var harness = new DirectoryHarness();
        long committed = 1, announced = 1;
        harness.Store = async (_, _) =>
        {
            var row = Row with { KeyVersion = Volatile.Read(ref committed) };
            await Task.Yield();
            return row;
        };
        using var stop = new CancellationTokenSource();
        var violations = 0;
        var reads = 0;
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var floor = Volatile.Read(ref announced);
                var lookup = await harness.FindAsync();
                Interlocked.Increment(ref reads);
                if (lookup.Caller!.KeyVersion < floor)
                {
                    Interlocked.Increment(ref violations);
                }
            }
        })).ToList();

        for (var i = 0; i < 3000; i++)
        {
            Interlocked.Increment(ref committed);
            harness.Cache.Evict(DirectoryHarness.KeyId);
            Interlocked.Increment(ref announced);
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        reads.Should().BeGreaterThan(0);
        violations.Should().Be(0);
    }
}
