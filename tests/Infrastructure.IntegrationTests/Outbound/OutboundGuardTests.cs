using System.Net;
using DataHub.Infrastructure.Outbound;
using FluentAssertions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Outbound;

public class OutboundGuardTests
{
    [TestCase("8.8.8.8", "Public")]
    [TestCase("2606:4700::1", "Public")]
    [TestCase("::ffff:8.8.8.8", "Public")]
    [TestCase("127.0.0.1", "Private")]
    [TestCase("127.9.9.9", "Private")]
    [TestCase("::1", "Private")]
    [TestCase("10.1.2.3", "Private")]
    [TestCase("172.31.255.255", "Private")]
    [TestCase("172.32.0.0", "Public")]
    [TestCase("192.168.0.1", "Private")]
    [TestCase("100.64.0.1", "Private")]
    [TestCase("fd12:3456::1", "Private")]
    [TestCase("::ffff:10.0.0.1", "Private")]
    [TestCase("64:ff9b::10.0.0.1", "Private")]
    [TestCase("169.254.169.254", "Forbidden")]
    [TestCase("::ffff:169.254.169.254", "Forbidden")]
    [TestCase("::169.254.169.254", "Forbidden")]
    [TestCase("64:ff9b::a9fe:a9fe", "Forbidden")]
    [TestCase("2002:a9fe:a9fe::1", "Forbidden")]
    [TestCase("fd00:ec2::254", "Forbidden")]
    [TestCase("100.100.100.200", "Forbidden")]
    [TestCase("168.63.129.16", "Forbidden")]
    [TestCase("fe80::1", "Forbidden")]
    [TestCase("fe80::1%2", "Forbidden")]
    [TestCase("0.0.0.0", "Forbidden")]
    [TestCase("::", "Forbidden")]
    [TestCase("224.0.0.1", "Forbidden")]
    [TestCase("255.255.255.255", "Forbidden")]
    [TestCase("ff02::1", "Forbidden")]
    public void KindOf_Address_IsTold(string address, string kind) => AddressRules.KindOf(IPAddress.Parse(address)).ToString().Should().Be(kind);

    [TestCase("8.8.8.8", true, true)]
    [TestCase("8.8.8.8", false, false, Description = "plain http leaves the operator's networks for nothing")]
    [TestCase("10.0.0.1", false, true)]
    [TestCase("127.0.0.1", true, true)]
    [TestCase("169.254.169.254", true, false)]
    public void Allows_ByDefault_PrivateAddressesAndTlsElsewhere(string address, bool secure, bool allowed) => Guard(true).Allows(IPAddress.Parse(address), secure).Should().Be(allowed);

    [TestCase("10.0.0.1")]
    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public void Allows_PrivateForbidden_RefusesThem(string address) => Guard(false).Allows(IPAddress.Parse(address), true).Should().BeFalse();

    [TestCase("http://169.254.169.254/")]
    [TestCase("http://[fe80::1]/")]
    [TestCase("http://0.0.0.0:3000/")]
    [TestCase("http://[::ffff:169.254.169.254]/")]
    public async Task Send_ForbiddenAddress_NeverConnects(string url) => (await Refusal(url, true)).Should().Contain("no address that may be called");

    // A name is judged by what it resolves to.
    [Test]
    public async Task Send_NameOfAPrivateAddress_IsRefusedWhereThoseAre() => (await Refusal("http://localhost:9/", false)).Should().Contain("no address that may be called");

    private static async Task<string> Refusal(string url, bool allowPrivate)
    {
        using var client = new OutboundClient(Guard(allowPrivate), TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        var send = () => client.SendAsync(request, TimeSpan.FromSeconds(2), 100);
        return (await send.Should().ThrowAsync<OutboundException>()).Which.Message;
    }

    private static OutboundGuard Guard(bool allowPrivate) => new(Options.Create(new OutboundOptions { AllowPrivate = allowPrivate }));
}
