using DataHub.Application.Access.Contracts;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

public class KeyDirectoryStoreAwayTests
{
    private static readonly KeyRow Row = DirectoryHarness.Row;

    [Test]
    public async Task Find_UnknownWhileTheStoreIsAway_IsUnavailableAndNeverUnknown()
    {
        using var harness = new DirectoryHarness();
        harness.IsAway();

        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.StoreUnavailable);

        harness.Clock.Advance(TimeSpan.FromSeconds(2));
        harness.Answers(Row);
        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Found);
    }

    [Test]
    public async Task Find_ManyWhileTheStoreIsAway_TriesItOnceASecond()
    {
        using var harness = new DirectoryHarness();
        harness.IsAway();

        for (var i = 0; i < 100; i++)
        {
            (await harness.FindAsync($"dh_live_{i}")).Status.Should().Be(KeyLookupStatus.StoreUnavailable);
            harness.Clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        harness.Loads.Should().BeInRange(4, 6);
    }

    [Test]
    public async Task Find_KnownWhileTheStoreIsAway_IsServedUpToTenMinutes()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row);
        await harness.FindAsync();
        harness.IsAway();

        for (var second = 1; second < 600; second++)
        {
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
            var lookup = await harness.FindAsync();
            lookup.Status.Should().Be(KeyLookupStatus.Found, $"second {second} is within ten minutes");
            lookup.Source.Should().Match(s => second > 122 ? s == "stale" : s == "stale" || s == "l1");
        }

        harness.Clock.Advance(TimeSpan.FromSeconds(1));
        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.StoreUnavailable);
    }

    [Test]
    public async Task Find_KnownWhileTheStoreIsAwayAndDenyIsSet_IsUnavailableOnceNotFresh()
    {
        using var harness = new DirectoryHarness(new ApiKeysOptions { OnStoreFailure = ApiKeysOptions.Deny });
        harness.Answers(Row);
        await harness.FindAsync();
        harness.IsAway();
        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Found);

        harness.Clock.Advance(TimeSpan.FromSeconds(61));
        await harness.FindAsync();
        await Eventually.TrueAsync(async () => (await harness.FindAsync()).Status == KeyLookupStatus.StoreUnavailable, "the failed refresh is noticed");
    }

    [Test]
    public async Task Find_StoreHangs_GivesUpAfterTheTimeout()
    {
        using var harness = new DirectoryHarness();
        harness.Store = (_, _) => new TaskCompletionSource<KeyRow?>().Task;

        var lookup = harness.FindAsync();
        await Eventually.TrueAsync(() => harness.Loads == 1, "the load began");
        lookup.IsCompleted.Should().BeFalse();
        harness.Clock.Advance(TimeSpan.FromSeconds(2));

        (await lookup.WaitAsync(TimeSpan.FromSeconds(10))).Status.Should().Be(KeyLookupStatus.StoreUnavailable);
    }

    [Test]
    public async Task Find_RowThatCannotBeRead_FailsAloneAndSaysNothingOfTheStore()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row with { AllowedIps = ["nonsense"] });
        (await harness.FindAsync("dh_live_broken")).Status.Should().Be(KeyLookupStatus.StoreUnavailable);
        harness.Answers(Row);

        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Found);
    }

    [Test]
    public async Task Find_MoreLoadsAtOnceThanAllowed_WaitTheirTurn()
    {
        using var harness = new DirectoryHarness();
        var running = 0;
        var most = 0;
        harness.Store = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return null;
        };

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => harness.FindAsync($"dh_live_{i}"))));

        most.Should().BeInRange(1, 16);
        harness.Loads.Should().Be(300);
    }
}
