using System.Collections.Concurrent;
using DataHub.Application.Access.Contracts;
using DataHub.Infrastructure.Access.ApiKeys;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

public class SharedKeyCopiesTests
{
    private static readonly KeyRow Row = DirectoryHarness.Row;

    private readonly ManualClock _clock = new();
    private readonly MemoryCopies _copies = new();

    [SetUp]
    public void Forget()
    {
        _copies.Values.Clear();
        _copies.Gate = null;
    }

    [Test]
    public async Task Find_ColdNode_TakesTheCopyOfAnother()
    {
        using var first = Node();
        using var second = Node();
        first.Answers(Row);
        await first.FindAsync();

        var lookup = await second.FindAsync();

        lookup.Source.Should().Be("l2");
        lookup.Caller.Should().BeEquivalentTo(Row.ToCaller(new KeyUsage()), o => o.Excluding(c => c.Usage));
        second.Loads.Should().Be(0);
    }

    [Test]
    public async Task Find_CopyHandedOn_DoesNotGetYounger()
    {
        using var first = Node();
        using var second = Node();
        first.Answers(Row);
        await first.FindAsync();
        _clock.Advance(TimeSpan.FromSeconds(50));
        await second.FindAsync();
        second.Answers(Row with { Disabled = true, KeyVersion = 2 });
        _clock.Advance(TimeSpan.FromSeconds(71));

        (await second.FindAsync()).Caller!.Disabled.Should().BeTrue();
    }

    [Test]
    public async Task Find_KeyThatChanged_DoesNotTrustTheCopy()
    {
        using var first = Node();
        using var second = Node();
        first.Answers(Row);
        await first.FindAsync();
        second.Answers(Row with { Revoked = true, KeyVersion = 2 });

        second.Cache.Evict(DirectoryHarness.ConsumerId);

        (await second.FindAsync()).Should().Match<KeyLookup>(l => l.Caller!.Revoked && l.Source == "db");
    }

    [Test]
    public async Task Find_StoreAwayAndColdNode_ServesAnOldCopyUpToTenMinutes()
    {
        using var first = Node();
        using var second = Node();
        first.Answers(Row);
        await first.FindAsync();
        second.IsAway();

        _clock.Advance(TimeSpan.FromSeconds(500));
        (await second.FindAsync()).Should().Match<KeyLookup>(l => l.Status == KeyLookupStatus.Found && l.Source == "stale");
        _clock.Advance(TimeSpan.FromSeconds(101));
        (await second.FindAsync()).Status.Should().Be(KeyLookupStatus.StoreUnavailable);
    }

    [Test]
    public async Task Find_CopyOfAnotherVersion_IsAsGoodAsNone()
    {
        using var first = Node();
        first.Answers(Row);
        await first.FindAsync();
        foreach (var name in _copies.Values.Keys)
        {
            _copies.Values[name] = "{\"future\":1}"u8.ToArray();
        }

        using var second = Node();
        second.Answers(Row);
        (await second.FindAsync()).Source.Should().Be("db");
    }

    // The load has its row and still writes the copy: who asks now must not be given what it found.
    [Test]
    public async Task Find_ChangedWhileTheCopyIsWritten_IsLoadedAgainForWhoAsksAfterwards()
    {
        using var node = Node();
        node.Answers(Row);
        _copies.Gate = new TaskCompletionSource();
        var before = node.FindAsync();
        await TestKit.Waiting.Eventually.TrueAsync(() => node.Cache.Count == 1, "the row was loaded");
        node.Answers(Row with { Revoked = true, KeyVersion = 2 });

        node.Cache.Evict(DirectoryHarness.KeyId);
        var after = node.FindAsync();
        _copies.Gate.SetResult();

        (await before).Caller!.Revoked.Should().BeFalse("it asked before");
        (await after).Caller!.Revoked.Should().BeTrue();
    }

    [Test]
    public async Task Copies_HoldNeitherTheSecretNorAnythingThatCanBePresented()
    {
        using var node = Node();
        node.Answers(Row);
        await node.FindAsync();

        _copies.Values.Should().ContainSingle();
        var (name, value) = _copies.Values.Single();
        (name + System.Text.Encoding.UTF8.GetString(value)).Should().NotContain(DirectoryHarness.Secret).And.NotContain(DirectoryHarness.Secret[8..20]);
    }

    private DirectoryHarness Node() => new(shared: _copies, clock: _clock);

    private sealed class MemoryCopies : ISharedCache
    {
        public ConcurrentDictionary<string, byte[]> Values { get; } = new();

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => new(Values.GetValueOrDefault(key));

        public TaskCompletionSource? Gate { get; set; }

        public async ValueTask SetAsync(string key, byte[] value, TimeSpan timeToLive, CancellationToken cancellationToken)
        {
            await (Gate?.Task ?? Task.CompletedTask);
            Values[key] = value;
        }

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
        {
            Values.TryRemove(key, out _);
            return default;
        }
    }
}
