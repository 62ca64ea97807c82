using System.Net;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Webhooks.Sending;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>Where webhooks never go. A receiver stands at the loopback address, and must not see a connection.</summary>
public class ForbiddenAddressTests
{
    private RawReceiver _receiver = null!;
    private SenderHarness _strict = null!;

    [OneTimeSetUp]
    public void Open() => (_receiver, _strict) = (new RawReceiver(), new SenderHarness(new SendingOptions { AllowHttp = true }));

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        _receiver.Connections.Should().Be(0);
        await _receiver.DisposeAsync();
        _strict.Dispose();
    }

    [TestCase("127.0.0.1")]
    [TestCase("127.1")]
    [TestCase("2130706433")]
    [TestCase("0x7f000001")]
    [TestCase("0x7f.0.0.1")]
    [TestCase("0177.0.0.1")]
    [TestCase("017700000001")]
    [TestCase("127。0。0。1")]
    [TestCase("[::1]")]
    [TestCase("[::]")]
    [TestCase("[0:0:0:0:0:ffff:127.0.0.1]")]
    [TestCase("[::ffff:7f00:1]")]
    [TestCase("[::127.0.0.1]")]
    [TestCase("[::ffff:0:127.0.0.1]")]
    [TestCase("[64:ff9b::127.0.0.1]")]
    [TestCase("[64:ff9b:1::7f00:1]")]
    [TestCase("[2002:7f00:1::]")]
    [TestCase("[2001:0:7f00:1::]")]
    [TestCase("[fe80::1]")]
    [TestCase("[fe80::1%251]")]
    [TestCase("[fc00::1]")]
    [TestCase("[fec0::1]")]
    [TestCase("[ff02::1]")]
    [TestCase("[fd00:ec2::254]")]
    [TestCase("[100::1]")]
    [TestCase("[3fff::1]")]
    [TestCase("[5f00::1]")]
    [TestCase("[2620:4f:8000::1]")]
    [TestCase("[2001:db8::1]")]
    [TestCase("[::ffff:8.8.8.8]", Description = "mapped, even of a public address")]
    [TestCase("0.0.0.0")]
    [TestCase("0")]
    [TestCase("10.0.0.1")]
    [TestCase("100.64.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("172.16.0.1")]
    [TestCase("192.0.0.1")]
    [TestCase("192.0.2.1")]
    [TestCase("192.88.99.1")]
    [TestCase("192.168.1.1")]
    [TestCase("198.18.0.1")]
    [TestCase("198.51.100.1")]
    [TestCase("203.0.113.1")]
    [TestCase("224.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("168.63.129.16")]
    [TestCase("100.100.100.200")]
    public async Task Send_ToALiteral_IsRefused(string host) => IsRefused(await _strict.SendAsync($"http://{host}:{_receiver.Port}/"));

    // Digits of another kind are a name here, and elsewhere an address: either way nothing is called.
    [TestCase("①②⑦.⓪.⓪.①")]
    [TestCase("１２７.0.0.1")]
    public async Task Send_ToDigitsOfAnotherKind_CallsNothing(string host) =>
        (await _strict.SendAsync($"http://{host}:{_receiver.Port}/")).Class.Should().BeOneOf(AttemptClass.Dns, AttemptClass.Blocked);

    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    [TestCase("10.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("fd00::1")]
    public async Task Send_ToANameOfOne_IsRefused(string address)
    {
        _strict.Names.Set("inside.test", address);
        IsRefused(await _strict.SendAsync($"http://inside.test:{_receiver.Port}/"));
    }

    // One address that may not be called spoils the name, wherever it stands.
    [TestCase("8.8.8.8", "127.0.0.1")]
    [TestCase("127.0.0.1", "8.8.8.8")]
    [TestCase("2606:4700::1", "10.0.0.1")]
    public async Task Send_ToAMixedName_IsRefused(string first, string second)
    {
        _strict.Names.Set("mixed.test", first, second);
        IsRefused(await _strict.SendAsync($"http://mixed.test:{_receiver.Port}/"));
    }

    [TestCase("localhost")]
    [TestCase("localhost.")]
    [TestCase("127.0.0.1.")]
    [TestCase("LOCALHOST")]
    public async Task Send_ToNamesOfThisMachine_IsRefused(string host)
    {
        _strict.Names.Set(host, "127.0.0.1", "::1");
        IsRefused(await _strict.SendAsync($"http://{host}:{_receiver.Port}/"));
    }

    [TestCase("127.0.0.0/8", "127.0.0.1", true)]
    [TestCase("127.0.0.0/8", "::1", false)]
    [TestCase("127.0.0.0/8", "10.0.0.1", false)]
    [TestCase("127.0.0.0/8", "::ffff:127.0.0.1", false)]
    [TestCase("10.0.0.0/8", "10.2.3.4", true)]
    [TestCase("10.0.0.0/8", "64:ff9b::10.2.3.4", true)]
    [TestCase("fd12::/16", "fd12::1", true)]
    [TestCase("fd12::/16", "fd12::1%2", false, Description = "another network's address of the same digits")]
    [TestCase("0.0.0.0/0", "169.254.169.254", false, Description = "metadata services are never called")]
    [TestCase("0.0.0.0/0", "168.63.129.16", false)]
    [TestCase("0.0.0.0/0", "100.100.100.200", false)]
    [TestCase("0.0.0.0/0", "224.0.0.1", false)]
    [TestCase("::/0", "fd00:ec2::254", false)]
    [TestCase("::/0", "fe80::1", false)]
    [TestCase("::/0", "::", false)]
    public void Allows_WithAList_ThatListOnly(string network, string address, bool allowed)
    {
        using var harness = new SenderHarness(new SendingOptions { AllowedNetworks = [network] });
        harness.Rules.Allows(IPAddress.Parse(address)).Should().Be(allowed);
    }

    [TestCase("8.8.8.8", true)]
    [TestCase("1.1.1.1", true)]
    [TestCase("2606:4700::1111", true)]
    [TestCase("64:ff9b::8.8.8.8", true, Description = "what a network without IPv4 calls 8.8.8.8")]
    [TestCase("2002:808:808::1", false)]
    public void Allows_PublicAddress_AsTheyAre(string address, bool allowed) => _strict.Rules.Allows(IPAddress.Parse(address)).Should().Be(allowed);

    [TestCase(0, false)]
    [TestCase(22, false)]
    [TestCase(25, false)]
    [TestCase(6379, false)]
    [TestCase(80, true)]
    [TestCase(443, true)]
    [TestCase(8443, true)]
    [TestCase(51234, true)]
    [TestCase(65_535, true)]
    [TestCase(65_536, false)]
    public void Choose_Port_OfOtherServicesIsRefused(int port, bool allowed) => Choose(_strict.Rules, port, true).Should().Be(allowed);

    [TestCase(443, true)]
    [TestCase(6379, true, Description = "also one of those that are refused otherwise")]
    [TestCase(8443, false)]
    public void Choose_PortsListed_ThoseOnly(int port, bool allowed)
    {
        using var harness = new SenderHarness(new SendingOptions { AllowedPorts = [443, 6379] });
        Choose(harness.Rules, port, true).Should().Be(allowed);
    }

    [Test]
    public void Choose_PlainHttp_OnlyWhereAllowed()
    {
        using var harness = new SenderHarness(new SendingOptions());
        Choose(harness.Rules, 80, secure: false).Should().BeFalse();
        Choose(harness.Rules, 443, secure: true).Should().BeTrue();
        Choose(_strict.Rules, 80, secure: false).Should().BeTrue();
    }

    [TestCase("ftp://example.com/")]
    [TestCase("https://user@example.com/")]
    [TestCase("file:///etc/passwd")]
    public async Task Send_ToAnotherKindOfUrl_IsNotTried(string url) => (await _strict.SendAsync(url)).Class.Should().Be(AttemptClass.Internal);

    // A token address is as much a stranger's as the endpoint's.
    [Test]
    public async Task Send_WithATokenUrlInside_IsRefused()
    {
        using var harness = new SenderHarness();
        await using var receiver = new RawReceiver();
        harness.Names.Set("token.test", "169.254.169.254");
        var report = await harness.SendAsync(SenderHarness.Target(receiver.Url) with
        {
            Authentication = new EndpointAuthentication.ClientCredentials(new Uri("http://token.test/token"), "id", new ClearText("secret"), null),
        });
        (report.Class, receiver.Connections).Should().Be((AttemptClass.Authentication, 0));
        report.Error.Should().NotContain("token.test").And.NotContain("169");
    }

    private static bool Choose(WebhookCallRules rules, int port, bool secure)
    {
        try
        {
            return rules.Choose("example.com", port, secure, [IPAddress.Parse("8.8.8.8")]).Length == 1;
        }
        catch (DataHub.Infrastructure.Outbound.OutboundRefusedException)
        {
            return false;
        }
    }

    private static void IsRefused(AttemptReport report) =>
        (report.Class, report.Error, report.Address, report.Status).Should().Be((AttemptClass.Blocked, "The address of the endpoint may not be called.", null, null));
}
