using System.Net;
using DataHub.Domain.Access.ApiKeys;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.ApiKeys;

public class IpRangeTests
{
    [TestCase("203.0.113.0/24", "203.0.113.0/24")]
    [TestCase("203.0.113.9", "203.0.113.9")]
    [TestCase("203.0.113.9/32", "203.0.113.9")]
    [TestCase("0.0.0.0/0", "0.0.0.0/0")]
    [TestCase("2001:DB8::/32", "2001:db8::/32")]
    [TestCase("2001:0db8:0000::1", "2001:db8::1")]
    [TestCase("::/0", "::/0")]
    [TestCase("2001:db8::/33", "2001:db8::/33")]
    public void TryParse_ValidText_ReadsTheCanonicalForm(string text, string canonical)
    {
        IpRange.TryParse(text, out var range).Should().BeNull();
        range!.ToString().Should().Be(canonical);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("anywhere")]
    [TestCase("1.2.3")]
    [TestCase("010.0.0.1")]
    [TestCase("0x7f000001")]
    [TestCase("2130706433")]
    [TestCase("10.0.0.0/33")]
    [TestCase("10.0.0.0/-1")]
    [TestCase("10.0.0.0/")]
    [TestCase("10.0.0.0/8/8")]
    [TestCase("::/129")]
    [TestCase("fe80::1%eth0")]
    [TestCase("[::1]")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase(" 10.0.0.1")]
    public void TryParse_OtherText_SaysWhatIsWrong(string? text)
    {
        IpRange.TryParse(text, out var range).Should().NotBeNullOrEmpty();
        range.Should().BeNull();
    }

    [TestCase("10.1.2.3/8", "10.0.0.0/8")]
    [TestCase("203.0.113.129/25", "203.0.113.128/25")]
    [TestCase("2001:db8::1/64", "2001:db8::/64")]
    public void TryParse_HostBitsSet_SuggestsTheNetwork(string text, string suggestion) =>
        IpRange.TryParse(text, out _).Should().Contain(suggestion);

    [TestCase("203.0.113.128/25", "203.0.113.127", false)]
    [TestCase("203.0.113.128/25", "203.0.113.128", true)]
    [TestCase("203.0.113.128/25", "203.0.113.255", true)]
    [TestCase("2001:db8::/33", "2001:db8:7fff::1", true)]
    [TestCase("2001:db8::/33", "2001:db8:8000::1", false)]
    [TestCase("0.0.0.0/0", "::1", false)]
    public void Network_EdgeAddresses_AreInOrOut(string text, string address, bool expected)
    {
        IpRange.TryParse(text, out var range);

        range!.Network.Contains(IPAddress.Parse(address)).Should().Be(expected);
    }
}
