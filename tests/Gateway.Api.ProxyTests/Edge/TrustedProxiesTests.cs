using System.Net;
using DataHub.Gateway.Api.Proxy;
using DataHub.Gateway.Api.Proxy.Edge;
using FluentAssertions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

public class TrustedProxiesTests
{
    [TestCase("10.0.0.1", "203.0.113.9", "203.0.113.9")]
    [TestCase("10.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9", Description = "what stands left of the first untrusted address proves nothing")]
    [TestCase("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9")]
    [TestCase("10.0.0.1", "203.0.113.9:4711", "203.0.113.9")]
    [TestCase("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1")]
    [TestCase("10.0.0.1", "unknown", "10.0.0.1")]
    [TestCase("10.0.0.1", "203.0.113.9, _hidden", "10.0.0.1")]
    [TestCase("10.0.0.1", "", "10.0.0.1")]
    [TestCase("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3")]
    public void ClientBehind_TrustedPeer_IsTheFirstUntrustedFromTheRight(string peer, string header, string client) =>
        Create("10.0.0.0/8").ClientBehind(IPAddress.Parse(peer), header).ToString().Should().Be(client);

    [Test]
    public void Contains_MappedAddress_CountsAsIpv4() =>
        Create("10.0.0.0/8").Contains(IPAddress.Parse("::ffff:10.1.2.3")).Should().BeTrue();

    [Test]
    public void Contains_NothingConfigured_TrustsNobody() => Create("").Contains(IPAddress.Loopback).Should().BeFalse();

    [Test]
    public void Parse_NoAddress_NamesIt() =>
        FluentActions.Enumerating(() => TrustedProxies.Parse("10.0.0.0/8, nonsense")).Should().Throw<FormatException>().WithMessage("*nonsense*");

    [Test]
    public void ToSubject_Ipv6_IsTheSame64() =>
        TrustedProxies.ToSubject(IPAddress.Parse("2001:db8:1:2::1")).Should().Be(TrustedProxies.ToSubject(IPAddress.Parse("2001:db8:1:2:ffff::9")))
            .And.NotBe(TrustedProxies.ToSubject(IPAddress.Parse("2001:db8:1:3::1")));

    [Test]
    public void ToSubject_MappedIpv4_IsTheIpv4() =>
        TrustedProxies.ToSubject(IPAddress.Parse("::ffff:192.0.2.1")).Should().Be(TrustedProxies.ToSubject(IPAddress.Parse("192.0.2.1")));

    private static TrustedProxies Create(string list) => new(Options.Create(new EdgeOptions { TrustedProxies = list }));
}
