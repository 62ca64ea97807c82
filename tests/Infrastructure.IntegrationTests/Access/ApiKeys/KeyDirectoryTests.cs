using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.Infrastructure.Access.Secrets;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

public class KeyDirectoryTests
{
    private const string Secret = DirectoryHarness.Secret;
    private static readonly KeyRow Row = DirectoryHarness.Row;

    [Test]
    public async Task Find_KnownKey_AsksTheStoreOnceAndThenMemory()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row);

        var first = await harness.FindAsync();
        var second = await harness.FindAsync();

        first.Should().Match<KeyLookup>(l => l.Status == KeyLookupStatus.Found && l.Source == "db");
        second.Should().Match<KeyLookup>(l => l.Status == KeyLookupStatus.Found && l.Source == "l1");
        second.Caller.Should().BeSameAs(first.Caller);
        second.Caller!.Scopes.Covers("a:read").Should().BeTrue();
        harness.Loads.Should().Be(1);
    }

    [Test]
    public async Task TryFindCached_KnownAndUnknownKey_AllocatesNothing()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row);
        await harness.FindAsync();
        harness.Answers(null);
        await harness.FindAsync("dh_live_unknown");
        var found = 0;
        for (var warmUp = 0; warmUp < 2; warmUp++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
            {
                found += harness.Directory.TryFindCached(Secret, out var known) && known.Status == KeyLookupStatus.Found ? 1 : 0;
                found += harness.Directory.TryFindCached("dh_live_unknown", out var unknown) && unknown.Status == KeyLookupStatus.Unknown ? 1 : 0;
            }

            if (warmUp == 1)
            {
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
            }
        }

        found.Should().Be(800);
    }

    [Test]
    public async Task Find_ManyAtOnce_AsksTheStoreOnce()
    {
        using var harness = new DirectoryHarness();
        var answer = new TaskCompletionSource<KeyRow?>();
        harness.Store = (_, _) => answer.Task;

        var joined = 0;
        var lookups = Enumerable.Range(0, 50).Select(_ => Task.Run(() =>
        {
            var lookup = harness.FindAsync();
            Interlocked.Increment(ref joined);
            return lookup;
        })).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref joined) == 50, "all wait for the load");
        answer.SetResult(Row);

        (await Task.WhenAll(lookups)).Should().AllSatisfy(l => l.Status.Should().Be(KeyLookupStatus.Found));
        harness.Loads.Should().Be(1);
    }

    [Test]
    public async Task Find_CallerGoesAway_TheLoadGoesOnForTheNext()
    {
        using var harness = new DirectoryHarness();
        var answer = new TaskCompletionSource<KeyRow?>();
        harness.Store = (_, _) => answer.Task;
        using var gone = new CancellationTokenSource();
        var first = harness.Directory.FindAsync(Secret, gone.Token).AsTask();

        await gone.CancelAsync();
        await first.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
        var second = harness.FindAsync();
        answer.SetResult(Row);

        (await second).Status.Should().Be(KeyLookupStatus.Found);
        harness.Loads.Should().Be(1);
    }

    [Test]
    public async Task Find_UnknownSecret_IsRememberedForFiveSeconds()
    {
        using var harness = new DirectoryHarness();

        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Unknown);
        harness.Clock.Advance(TimeSpan.FromSeconds(4.9));
        (await harness.FindAsync()).Source.Should().Be("l1");
        harness.Clock.Advance(TimeSpan.FromSeconds(0.1));
        harness.Answers(Row);

        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Found);
        harness.Loads.Should().Be(2);
    }

    [Test]
    public async Task Find_ManyUnknownSecrets_KeepsABoundedNumber()
    {
        using var harness = new DirectoryHarness(new ApiKeysOptions { MaxUnknownCached = 10 });
        for (var i = 0; i < 100; i++)
        {
            await harness.FindAsync($"dh_live_{i}");
        }

        Enumerable.Range(0, 100).Count(i => harness.Directory.TryFindCached($"dh_live_{i}", out _)).Should().BeInRange(1, 10);
    }

    [Test]
    public async Task Find_MoreKeysThanFit_ForgetsSome()
    {
        using var harness = new DirectoryHarness(new ApiKeysOptions { MaxCached = 100 });
        for (var i = 0; i < 500; i++)
        {
            harness.Answers(Row with { KeyId = Guid.CreateVersion7() });
            (await harness.FindAsync($"dh_live_{i}")).Status.Should().Be(KeyLookupStatus.Found);
        }

        harness.Cache.Count.Should().BeInRange(80, 100);
        Enumerable.Range(0, 500).Count(i => harness.Directory.TryFindCached($"dh_live_{i}", out _)).Should().Be(harness.Cache.Count);
    }

    [Test]
    public async Task Find_NoLongerFresh_IsServedAtOnceAndLoadedAgainOnceBehind()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row);
        var before = (await harness.FindAsync()).Caller!;
        before.Usage.Touch(1);
        harness.Clock.Advance(TimeSpan.FromSeconds(61));
        var answer = new TaskCompletionSource<KeyRow?>();
        harness.Store = (_, _) => answer.Task;

        var served = Enumerable.Range(0, 10).Select(_ => harness.Directory.TryFindCached(Secret, out var lookup) ? lookup.Caller : null).ToList();

        served.Should().AllBeEquivalentTo(before);
        harness.Loads.Should().Be(2);
        answer.SetResult(Row with { KeyVersion = 2, Disabled = true });
        await Eventually.TrueAsync(() => harness.Directory.TryFindCached(Secret, out var lookup) && lookup.Caller!.Disabled, "the new record is served");
        harness.Directory.TryFindCached(Secret, out var after);
        after.Caller!.Usage.Should().BeSameAs(before.Usage, "a use that was not written yet must not be lost");
    }

    [Test]
    public async Task Find_LongUnused_IsLoadedBeforeItIsServed()
    {
        using var harness = new DirectoryHarness();
        harness.Answers(Row);
        await harness.FindAsync();
        harness.Clock.Advance(TimeSpan.FromSeconds(121));
        harness.Answers(Row with { Revoked = true, KeyVersion = 2 });

        var lookup = await harness.FindAsync();

        lookup.Caller!.Revoked.Should().BeTrue("the change may have been missed");
    }

    [Test]
    public async Task Find_OldPepper_StillFindsTheSecret()
    {
        Pepper old = new(1, [.. Enumerable.Repeat((byte)1, 32)]), current = new(2, [.. Enumerable.Repeat((byte)2, 32)]);
        using var harness = new DirectoryHarness(peppers: new PepperRing([old, current]));
        harness.Store = (digests, _) => Task.FromResult(digests.Contains(old.Digest(Secret)) ? Row : null);

        (await harness.FindAsync()).Status.Should().Be(KeyLookupStatus.Found);
        harness.Peppers.Current.Version.Should().Be(2);
    }

    [Test]
    public void Digest_SameSecretOtherPepper_IsAnother()
    {
        Pepper one = new(1, [.. Enumerable.Repeat((byte)1, 32)]), two = new(2, [.. Enumerable.Repeat((byte)2, 32)]);

        one.Digest(Secret).Should().NotBe(two.Digest(Secret));
        one.Digest(Secret).Should().Be(one.Digest(Secret));
        one.Digest(Secret).ToArray().Should().Equal(System.Security.Cryptography.HMACSHA256.HashData(
            Enumerable.Repeat((byte)1, 32).ToArray(), System.Text.Encoding.ASCII.GetBytes(Secret)));
        new SecretDigest(one.Digest(Secret).ToArray()).Should().Be(one.Digest(Secret));
    }

    [Test]
    public async Task Find_TextLongerThanAnyKey_IsUnknownWithoutAskingAnybody()
    {
        using var harness = new DirectoryHarness();

        (await harness.FindAsync(new string('a', 10_000))).Status.Should().Be(KeyLookupStatus.Unknown);
        harness.Loads.Should().Be(0);
    }
}
