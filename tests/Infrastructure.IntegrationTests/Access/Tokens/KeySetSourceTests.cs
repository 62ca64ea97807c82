using System.Text;
using System.Text.Json.Nodes;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Tokens;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Outbound;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Identity;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Tokens;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class KeySetSourceTests
{
    private static readonly SigningKey First = new("first", "ES256");
    private static readonly SigningKey Second = new("second", "ES256");

    private readonly ManualClock _clock = new();
    private readonly ScriptedFetcher _fetcher = new();
    private readonly KeptInMemory _kept = new();
    private readonly TokenIssuerId _id = new(Guid.CreateVersion7());

    [Test]
    public async Task Get_ManyAtOnce_IsOneDownload()
    {
        var gate = _fetcher.Hold(First);
        var source = Source();

        var callers = Enumerable.Range(0, 50).Select(_ => source.GetAsync()).ToList();
        gate.SetResult();

        (await Task.WhenAll(callers)).Should().OnlyContain(keys => keys != null && keys.Keys.Single().KeyId == "first");
        _fetcher.Downloads.Should().Be(1);
    }

    [Test]
    public async Task Get_ProviderDownFromTheStart_IsNullAndAsksAgainOnlyAfterAPause()
    {
        var source = Source();
        _fetcher.IsDown();

        (await source.GetAsync()).Should().BeNull();
        (await source.GetAsync()).Should().BeNull();
        _fetcher.Downloads.Should().Be(1);

        _fetcher.Answers(First);
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await source.GetAsync()).Should().NotBeNull();
        source.Problem.Should().BeNull();
    }

    [Test]
    public async Task RefreshForUnknownKey_Storm_AsksOncePerInterval()
    {
        var source = await ReadySource();

        for (var i = 0; i < 100; i++)
        {
            await source.RefreshForUnknownKeyAsync();
        }

        _fetcher.Downloads.Should().Be(2);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => source.RefreshForUnknownKeyAsync()));
        _fetcher.Downloads.Should().Be(3);
    }

    // A rotation right after somebody's forged kid used up the interval is found by the background, not at the next interval's first caller.
    [Test]
    public async Task RefreshIfDue_AfterAnUnknownKeyCameTooSoon_AsksAsSoonAsItMay()
    {
        var source = await ReadySource();
        await source.RefreshForUnknownKeyAsync();
        _fetcher.Answers(First, Second);
        (await source.RefreshForUnknownKeyAsync()).Should().BeFalse();

        await source.RefreshIfDueAsync();
        source.Current!.Knows("second").Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(10));
        await source.RefreshIfDueAsync();

        source.Current!.Knows("second").Should().BeTrue();
    }

    // The download that is on its way may have left before the issuer had the key.
    [Test]
    public async Task RefreshForUnknownKey_WhileAnotherDownloadRuns_AsksOnceMore()
    {
        var source = await ReadySource();
        var gate = _fetcher.Hold(First);
        var background = source.RefreshAsync();
        var refreshed = source.RefreshForUnknownKeyAsync();
        _fetcher.Answers(First, Second);
        gate.SetResult();
        await background;

        (await refreshed).Should().BeTrue();
        source.Current!.Knows("second").Should().BeTrue();
    }

    [Test]
    public async Task Current_ProviderDown_KeepsTheKeysForADayAndNotLonger()
    {
        var source = await ReadySource();
        var key = source.Current!.Keys[0];
        _fetcher.IsDown();

        _clock.Advance(TimeSpan.FromHours(24));
        await source.RefreshIfDueAsync();
        source.Current.Should().NotBeNull();
        key.Withdrawn.Should().BeFalse();

        _clock.Advance(TimeSpan.FromSeconds(1));
        await source.RefreshIfDueAsync();
        source.Current.Should().BeNull();
        key.Withdrawn.Should().BeTrue();
    }

    [TestCase("")]
    [TestCase("<html>")]
    [TestCase("""{"keys":[]}""")]
    [TestCase("""{"keys":[{"kty":"oct","k":"AAAA"}]}""")]
    public async Task Refresh_Garbage_KeepsTheLastGoodKeys(string answer)
    {
        var source = await ReadySource();
        _fetcher.Answers(answer);

        await source.RefreshAsync();

        source.Current!.Knows("first").Should().BeTrue();
        source.Problem.Should().NotBeNull();
    }

    [Test]
    public async Task Refresh_KeyGone_IsWithdrawnAndTheOtherStays()
    {
        _fetcher.Answers(First, Second);
        var source = Source();
        var before = (await source.GetAsync())!;
        _fetcher.Answers(Second);

        await source.RefreshAsync();

        before.Keys.Single(k => k.KeyId == "first").Withdrawn.Should().BeTrue();
        source.Current!.Keys.Single().Should().BeSameAs(before.Keys.Single(k => k.KeyId == "second"));
    }

    [Test]
    public async Task RefreshIfDue_OnlyAsOftenAsSet()
    {
        var source = await ReadySource();

        await source.RefreshIfDueAsync();
        _clock.Advance(TimeSpan.FromSeconds(299));
        await source.RefreshIfDueAsync();
        _fetcher.Downloads.Should().Be(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await source.RefreshIfDueAsync();
        _fetcher.Downloads.Should().Be(2);
    }

    [Test]
    public async Task Get_AfterARestartWithTheProviderDown_UsesTheKeptKeysForTheRestOfTheirDay()
    {
        await ReadySource();
        _fetcher.IsDown();
        _clock.Advance(TimeSpan.FromHours(23));
        var restarted = Source();

        (await restarted.GetAsync())!.Knows("first").Should().BeTrue();
        restarted.FetchedAt.Should().Be(_clock.GetUtcNow() - TimeSpan.FromHours(23));
        _clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        restarted.Current.Should().BeNull();
        (await restarted.GetAsync()).Should().BeNull();
    }

    [Test]
    public async Task Get_KeptKeysAndAProviderThatAnswers_TakesTheNewOnes()
    {
        await ReadySource();
        _fetcher.Answers(Second);
        var restarted = Source();

        await restarted.RefreshAsync();
        (await restarted.GetAsync())!.Keys.Single().KeyId.Should().Be("second");
    }

    // No keys at all cost one question to the store in a while, and its absence costs no request more than that.
    [Test]
    public async Task Get_ProviderAndStoreAway_IsNullAndComesBackWithTheStore()
    {
        await ReadySource();
        _fetcher.IsDown();
        _kept.Away = true;
        var restarted = Source();

        (await restarted.GetAsync()).Should().BeNull();
        _kept.Away = false;
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await restarted.GetAsync()).Should().NotBeNull();
    }

    private async Task<KeySetSource> ReadySource()
    {
        _fetcher.Answers(First);
        var source = Source();
        await source.GetAsync();
        return source;
    }

    private KeySetSource Source()
    {
        var document = new IssuerDocument(_id, new IssuerDefinition("id", "https://id.example", Audiences: ["gateway"]), null);
        return new KeySetSource(new IssuerTerms(document), _fetcher, _kept, new TokensOptions(), _clock, NullLogger.Instance);
    }

    private sealed class ScriptedFetcher : IKeySetFetcher
    {
        private Func<Task<byte[]>> _answer = () => throw new OutboundException("down");
        private int _downloads;

        public int Downloads => Volatile.Read(ref _downloads);

        public void IsDown() => _answer = () => throw new OutboundException("down");

        public void Answers(string text) => _answer = () => Task.FromResult(Encoding.UTF8.GetBytes(text));

        public void Answers(params SigningKey[] keys) => Answers(new JsonObject { ["keys"] = new JsonArray([.. keys.Select(k => (JsonNode)k.Jwk())]) }.ToJsonString());

        /// <summary>The next download waits; its answer is fixed now.</summary>
        public TaskCompletionSource Hold(params SigningKey[] keys)
        {
            Answers(keys);
            var (answer, gate) = (_answer, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _answer = async () =>
            {
                await gate.Task;
                return await answer();
            };
            return gate;
        }

        public Task<byte[]> FetchAsync(IssuerDefinition issuer)
        {
            Interlocked.Increment(ref _downloads);
            return _answer();
        }
    }
}
