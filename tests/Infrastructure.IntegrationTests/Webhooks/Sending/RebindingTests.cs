using System.Net;
using System.Net.Sockets;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Outbound;
using DataHub.Infrastructure.Webhooks.Sending;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>A name server that changes its mind.</summary>
public class RebindingTests
{
    private static readonly IPAddress Good = IPAddress.Parse("127.0.0.1"), Bad = IPAddress.Parse("127.0.0.2");

    // Two loopback addresses stand for a public and a private one: only the first is allowed, both can be listened at.
    private static SendingOptions OnlyGood => new() { AllowHttp = true, AllowedNetworks = ["127.0.0.1/32"] };

    [Test]
    public async Task Send_NameThatChangesAfterTheCheck_GoesToTheCheckedAddress()
    {
        using var harness = new SenderHarness(OnlyGood);
        await using var receiver = new RawReceiver();
        using var inside = new TcpListener(Bad, receiver.Port);
        inside.Start();
        harness.Names.Set("rebinding.test", question => [question == 1 ? Good : Bad]);

        var report = await harness.SendAsync($"http://rebinding.test:{receiver.Port}/");

        (report.Class, report.Address, receiver.Connections).Should().Be((AttemptClass.Success, "127.0.0.1", 1));
        harness.Names.QuestionsFor("rebinding.test").Should().Be(1, "one answer is judged and used");
        inside.Pending().Should().BeFalse();
    }

    [Test]
    public async Task Send_NameThatChangesBetweenAttempts_IsRefusedThen()
    {
        using var harness = new SenderHarness(OnlyGood);
        await using var receiver = new RawReceiver("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        using var inside = new TcpListener(Bad, receiver.Port);
        inside.Start();
        harness.Names.Set("rebinding.test", question => [question == 1 ? Good : Bad]);
        var url = $"http://rebinding.test:{receiver.Port}/";

        var first = await harness.SendAsync(url);
        var second = await harness.SendAsync(url);

        (first.Class, second.Class).Should().Be((AttemptClass.Success, AttemptClass.Blocked));
        inside.Pending().Should().BeFalse();
    }

    [Test]
    public void Create_Handler_LetsNoConnectionOutliveItsLookupForLong()
    {
        var options = Microsoft.Extensions.Options.Options.Create(OnlyGood);
        using var handler = new WebhookHandlers(new OutboundConnector(new ScriptedNames(), TimeProvider.System), new WebhookCallRules(options), options, TimeProvider.System).Create();
        handler.PooledConnectionLifetime.Should().BeLessThanOrEqualTo(TimeSpan.FromMinutes(2));
        handler.PooledConnectionIdleTimeout.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
        (handler.UseProxy, handler.UseCookies, handler.AllowAutoRedirect, handler.ActivityHeadersPropagator).Should().Be((false, false, false, null));
    }

    [Test]
    public async Task Find_NameWithoutAddress_IsThePartnersFault()
    {
        var names = new SystemHostAddresses(TimeProvider.System, _ => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)));
        (await FaultAsync(names, "a.test")).ResolverAway.Should().BeFalse();
    }

    [Test]
    public async Task Find_NameServerAway_IsOurFaultUnlessItAnsweredAMomentAgo()
    {
        var clock = new ManualClock();
        var names = new SystemHostAddresses(clock, host => host == "good.test"
            ? Task.FromResult((IPAddress[])[IPAddress.Parse("8.8.8.8")])
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain)));

        (await FaultAsync(names, "bad.test")).ResolverAway.Should().BeTrue();
        await names.FindAsync("good.test", CancellationToken.None);
        (await FaultAsync(names, "bad.test")).ResolverAway.Should().BeFalse("its own servers fail");
        clock.Advance(TimeSpan.FromSeconds(61));
        (await FaultAsync(names, "bad.test")).ResolverAway.Should().BeTrue();
    }

    [Test]
    public async Task Find_SameNameAtTheSameTime_AsksOnceAndNeverKeepsTheAnswer()
    {
        var (asked, answer) = (0, new TaskCompletionSource<IPAddress[]>());
        var names = new SystemHostAddresses(TimeProvider.System, _ =>
        {
            asked++;
            return answer.Task;
        });
        var waiting = Enumerable.Range(0, 5).Select(_ => names.FindAsync("a.test", CancellationToken.None).AsTask()).ToList();
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var give = async () => await names.FindAsync("a.test", impatient.Token);
        await give.Should().ThrowAsync<OperationCanceledException>();

        answer.SetResult([Good]);
        (await Task.WhenAll(waiting)).Should().OnlyContain(found => found.Length == 1);
        asked.Should().Be(1);
        await names.FindAsync("a.test", CancellationToken.None);
        asked.Should().Be(2);
    }

    // The system's own resolver, with names that need no name server.
    [Test]
    public async Task Find_ByTheSystem_KnowsThisMachine() =>
        (await new SystemHostAddresses(TimeProvider.System).FindAsync("localhost", CancellationToken.None)).Should().NotBeEmpty().And.OnlyContain(a => IPAddress.IsLoopback(a));

    [Test]
    public async Task Send_NameWithoutAddress_IsADnsFailure()
    {
        using var harness = new SenderHarness();
        (await harness.SendAsync("http://nowhere.test/")).Class.Should().Be(AttemptClass.Dns);
    }

    [Test]
    public async Task Send_NameServerAway_IsNotChargedToTheEndpoint()
    {
        using var harness = new SenderHarness();
        harness.Names.Set("away.test", _ => throw new HostUnknownException("away.test", resolverAway: true));
        (await harness.SendAsync("http://away.test/")).Class.Should().Be(AttemptClass.Internal);
    }

    // Whether the lookup or the attempt runs out of time first.
    [TestCase(15, 5)]
    [TestCase(5, 5)]
    [TestCase(2, 2)]
    public async Task Send_NameServerSilent_IsNotChargedToTheEndpoint(int timeout, int seconds)
    {
        var clock = new ManualClock();
        using var harness = new SenderHarness(clock: clock);
        harness.Names.Silence("mute.test");
        var sending = harness.SendAsync(SenderHarness.Target("http://mute.test/") with { Timeout = TimeSpan.FromSeconds(timeout) });
        await Eventually.TrueAsync(() => harness.Names.QuestionsFor("mute.test") == 1, "the name server is asked");

        clock.Advance(TimeSpan.FromSeconds(seconds));

        var report = await sending.WaitAsync(TimeSpan.FromSeconds(5));
        (report.Class, report.Error).Should().Be((AttemptClass.Internal, "The gateway's name server does not answer."));
        clock.Advance(TimeSpan.FromSeconds(5));
    }

    // The first address does not answer; the others get their turn.
    [Test]
    public async Task Send_NameWithADeadAddress_TriesTheNext()
    {
        using var harness = new SenderHarness();
        await using var receiver = new RawReceiver();
        harness.Names.Set("two.test", "127.0.0.77", "127.0.0.1");
        var report = await harness.SendAsync($"http://two.test:{receiver.Port}/");
        (report.Class, report.Address).Should().Be((AttemptClass.Success, "127.0.0.1"));
    }

    private static async Task<HostUnknownException> FaultAsync(SystemHostAddresses names, string host)
    {
        var find = async () => await names.FindAsync(host, CancellationToken.None);
        return (await find.Should().ThrowAsync<HostUnknownException>()).Which;
    }
}
