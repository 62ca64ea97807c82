using System.Net;
using System.Net.Sockets;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;
using DataHub.Infrastructure.Outbound;
using DataHub.Infrastructure.Webhooks.Sending;
using FluentAssertions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Outbound;

/// <summary>How many addresses of a name are tried, for how long, and what is said when none answers.</summary>
public class OutboundConnectorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly ScriptedNames _names = new();
    private TcpListener _open = null!;
    private int _port;

    [SetUp]
    public void Open()
    {
        _open = new TcpListener(IPAddress.Loopback, 0);
        _open.Start();
        _port = ((IPEndPoint)_open.LocalEndpoint).Port;
    }

    [TearDown]
    public void Close() => _open.Dispose();

    // Nobody listens at the other loopback addresses.
    [TestCase(3, true)]
    [TestCase(4, false)]
    public async Task Connect_ManyDeadAddresses_TriesFourOfThem(int dead, bool connects)
    {
        _names.Set("many.test", [.. Enumerable.Range(70, dead).Select(n => $"127.0.0.{n}"), "127.0.0.1"]);
        var connect = () => ConnectAsync("many.test");
        if (connects)
        {
            (await connect()).Should().Be(IPAddress.Loopback);
        }
        else
        {
            (await connect.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);
        }
    }

    [Test]
    public async Task Connect_AddressThatDoesNotAnswer_LeavesTimeForTheNext()
    {
        using var silent = await SilentListener.StartAsync("127.0.0.90", _port);
        _names.Set("silent.test", "127.0.0.90", "127.0.0.1");
        var start = TimeProvider.System.GetTimestamp();

        (await ConnectAsync("silent.test").WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System)).Should().Be(IPAddress.Loopback);

        TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(Limit);
    }

    [Test]
    public async Task Connect_NameServerThatDoesNotAnswer_EndsInItsTimeAndSaysSo()
    {
        _names.Silence("mute.test");
        var connect = async () => await new OutboundConnector(_names, TimeProvider.System)
            .ConnectAsync(new DnsEndPoint("mute.test", _port), true, new All(), TimeSpan.FromMilliseconds(50), Limit, new ConnectionTrace(), CancellationToken.None);
        (await connect.Should().ThrowAsync<HostUnknownException>()).Which.ResolverAway.Should().BeTrue();
    }

    [Test]
    public async Task Connect_NoAddressAnswersInTime_IsATimeout()
    {
        using var silent = await SilentListener.StartAsync("127.0.0.91", _port);
        _names.Set("silent.test", "127.0.0.91");
        var connect = async () => await new OutboundConnector(_names, TimeProvider.System)
            .ConnectAsync(new DnsEndPoint("silent.test", _port), true, new All(), Limit, TimeSpan.FromMilliseconds(200), new ConnectionTrace(), CancellationToken.None);

        var thrown = (await connect.Should().ThrowAsync<TimeoutException>()).Which;

        AttemptFailure.Of(new HttpRequestException(HttpRequestError.ConnectionError, "no", thrown), Limit).Class.Should().Be(AttemptClass.Timeout);
    }

    // That this machine has no way to one address is no news of the endpoint, when another of its addresses refused.
    [TestCase("127.0.0.70", "255.255.255.255", false)]
    [TestCase("255.255.255.255", "127.0.0.70", false)]
    [TestCase("255.255.255.255", "255.255.255.255", true)]
    public async Task Connect_NoWayAndRefused_SaysWhatTheOtherSideDid(string one, string two, bool own)
    {
        _names.Set("dead.test", one, two);
        var connect = () => ConnectAsync("dead.test");
        var code = (await connect.Should().ThrowAsync<SocketException>()).Which.SocketErrorCode;
        OwnFaults.Is(code).Should().Be(own, code.ToString());
    }

    // A literal needs no name server, and is judged like any other.
    [Test]
    public async Task Connect_Literal_IsJudgedWithoutALookup()
    {
        (await ConnectAsync("127.0.0.1")).Should().Be(IPAddress.Loopback);
        var refused = async () => await new OutboundConnector(_names, TimeProvider.System)
            .ConnectAsync(new DnsEndPoint("127.0.0.1", _port), true, new None(), Limit, new ConnectionTrace(), CancellationToken.None);
        await refused.Should().ThrowAsync<OutboundRefusedException>();
        _open.Pending().Should().BeTrue("of the first");
        _names.QuestionsFor("127.0.0.1").Should().Be(0);
    }

    [TestCase(true, "8.8.8.8", true)]
    [TestCase(false, "8.8.8.8", true)]
    [TestCase(true, "10.0.0.1", true)]
    [TestCase(false, "10.0.0.1", false)]
    [TestCase(true, "169.254.169.254", false)]
    [TestCase(true, "fd00:ec2::254", false)]
    public void UpstreamGuard_Choose_GoesByTheKindOfAddress(bool allowPrivate, string address, bool allowed)
    {
        Chooses(allowPrivate, address).Should().Be(allowed);
        Chooses(allowPrivate, "8.8.8.8", address).Should().Be(allowed, "one address that may not be called spoils the name");
        Chooses(allowPrivate, address, "8.8.8.8").Should().Be(allowed);
    }

    private static bool Chooses(bool allowPrivate, params string[] addresses)
    {
        var guard = new UpstreamGuard(Options.Create(new OutboundOptions { AllowPrivate = allowPrivate, GuardUpstreams = true }), new OutboundConnector(new ScriptedNames(), TimeProvider.System));
        try
        {
            return guard.Choose("upstream.test", 80, false, [.. addresses.Select(IPAddress.Parse)]).Length == addresses.Length;
        }
        catch (OutboundRefusedException)
        {
            return false;
        }
    }

    private async Task<IPAddress> ConnectAsync(string host)
    {
        var trace = new ConnectionTrace();
        await using var stream = await new OutboundConnector(_names, TimeProvider.System).ConnectAsync(new DnsEndPoint(host, _port), true, new All(), Limit, trace, CancellationToken.None);
        return trace.Address!;
    }

    private sealed class All : ICallRules
    {
        public IPAddress[] Choose(string host, int port, bool secure, IPAddress[] found) => found;
    }

    private sealed class None : ICallRules
    {
        public IPAddress[] Choose(string host, int port, bool secure, IPAddress[] found) => throw new OutboundRefusedException("no");
    }

    // Its queue of connections is full: it answers no more.
    private sealed class SilentListener : IDisposable
    {
        private readonly TcpListener _listener;
        private readonly TcpClient _first = new();
        private readonly TcpClient _second = new();

        private SilentListener(TcpListener listener) => _listener = listener;

        public static async Task<SilentListener> StartAsync(string address, int port)
        {
            var at = IPAddress.Parse(address);
            var silent = new SilentListener(new TcpListener(at, port));
            silent._listener.Start(0);
            await silent._first.ConnectAsync(at, port);
            _ = silent._second.ConnectAsync(at, port).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
            return silent;
        }

        public void Dispose()
        {
            _first.Dispose();
            _second.Dispose();
            _listener.Dispose();
        }
    }
}
