using System.Net;
using DataHub.Application.Access.Contracts;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.ApiKeys;

/// <summary>What a key has opened ends when the key does, and nothing else does.</summary>
public class OpenExchangesTests
{
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.9");

    private readonly List<string> _closed = [];
    private DirectoryHarness _harness = null!;

    [SetUp]
    public void Start()
    {
        _closed.Clear();
        _harness = new DirectoryHarness();
    }

    [TearDown]
    public void Stop() => _harness.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public async Task DecideAgain_KeyOrConsumerStopped_ClosesWithTheCode(bool byKey)
    {
        using var watch = Watch();
        _harness.Answers(byKey ? DirectoryHarness.Row with { Revoked = true } : DirectoryHarness.Row with { ConsumerSuspended = true });

        await _harness.Exchanges.DecideAgainAsync(byKey ? DirectoryHarness.KeyId : DirectoryHarness.ConsumerId, CancellationToken.None);

        _closed.Should().Equal(byKey ? "api_key_revoked" : "consumer_suspended");
        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);
        _closed.Should().ContainSingle("it closes once");
    }

    [Test]
    public async Task DecideAgain_KeyIsGone_Closes()
    {
        using var watch = Watch();
        _harness.Answers(null);

        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);

        _closed.Should().Equal("api_key_revoked");
    }

    [Test]
    public async Task DecideAgain_HarmlessChangeOrAnotherKey_LeavesItOpen()
    {
        using var watch = Watch();
        _harness.Answers(DirectoryHarness.Row with { Scopes = [], KeyVersion = 2 });
        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);
        _harness.Answers(null);
        await _harness.Exchanges.DecideAgainAsync("key_0123456789abcdefghjkmnpqrs", CancellationToken.None);

        _closed.Should().BeEmpty();
    }

    [Test]
    public void Watch_SecretWithAnEnd_ClosesThenAndNotBefore()
    {
        using var watch = Watch(_harness.Clock.GetUtcNow().AddSeconds(301));

        _harness.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        _closed.Should().BeEmpty();
        _harness.Clock.Advance(TimeSpan.FromMilliseconds(2));

        _closed.Should().Equal("api_key_expired");
    }

    // A rotation gives the secret that opened the stream an end; one without grace ends it at once.
    [Test]
    public async Task DecideAgain_SecretGetsAnEnd_ClosesAtThatEnd()
    {
        using var watch = Watch();
        _harness.Answers(DirectoryHarness.Row with { ExpiresAt = _harness.Clock.GetUtcNow().AddSeconds(60), SecretReplaced = true });
        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);

        _harness.Clock.Advance(TimeSpan.FromSeconds(59));
        _closed.Should().BeEmpty();
        _harness.Clock.Advance(TimeSpan.FromSeconds(2));

        _closed.Should().Equal("api_key_expired");
    }

    [Test]
    public async Task Dispose_ExchangeIsOver_IsNeverClosedAfterwards()
    {
        Watch(_harness.Clock.GetUtcNow().AddMinutes(5)).Dispose();
        _harness.Answers(null);

        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);
        _harness.Clock.Advance(TimeSpan.FromHours(1));

        _closed.Should().BeEmpty();
        _harness.Exchanges.Count.Should().Be(0);
    }

    // The key was revoked after the request was let in and before its answer began: nobody announces that again.
    [Test]
    public void Watch_KeyChangedMeanwhile_IsDecidedAgain()
    {
        _harness.Answers(DirectoryHarness.Row with { Revoked = true });
        _harness.Cache.Evict(DirectoryHarness.KeyId);

        using var watch = Watch();

        _closed.Should().Equal("api_key_revoked");
    }

    [Test]
    public async Task Settle_StoreWasAway_DecidesLater()
    {
        using var watch = Watch();
        _harness.IsAway();
        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);
        _closed.Should().BeEmpty();
        _harness.Answers(DirectoryHarness.Row with { Disabled = true });

        await _harness.Exchanges.SettleAsync(CancellationToken.None);

        _closed.Should().Equal("api_key_disabled");
    }

    // A plain answer of unknown length must not be torn because its key ends while it is written.
    [Test]
    public async Task DecideAgain_ExchangeHasJustBegun_IsGivenAMoment()
    {
        using var watch = _harness.Exchanges.Watch(DirectoryHarness.Row.ToCaller(new KeyUsage()), Client, _closed.Add);
        _harness.Answers(DirectoryHarness.Row with { Revoked = true });
        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);
        _closed.Should().BeEmpty();

        _harness.Clock.Advance(TimeSpan.FromSeconds(1));

        _closed.Should().Equal("api_key_revoked");
    }

    [Test]
    public async Task DecideAgain_KeyOfAnExchangeThatHasJustBegunIsGone_ClosesAfterTheMoment()
    {
        using var watch = _harness.Exchanges.Watch(DirectoryHarness.Row.ToCaller(new KeyUsage()), Client, _closed.Add);
        _harness.Answers(null);
        await _harness.Exchanges.DecideAgainAsync(DirectoryHarness.KeyId, CancellationToken.None);

        _harness.Clock.Advance(TimeSpan.FromSeconds(1));

        _closed.Should().Equal("api_key_revoked");
    }

    private IDisposable Watch(DateTimeOffset? expiresAt = null)
    {
        var watch = _harness.Exchanges.Watch((DirectoryHarness.Row with { ExpiresAt = expiresAt }).ToCaller(new KeyUsage()), Client, _closed.Add);
        _harness.Clock.Advance(TimeSpan.FromSeconds(1));
        return watch;
    }
}
