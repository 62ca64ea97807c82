using DataHub.Domain.Webhooks.Subscriptions;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Subscriptions;

public class WebhookSecretTests
{
    [TestCase(24)]
    [TestCase(32)]
    [TestCase(64)]
    public void TryParse_PrintedSecret_GivesItsBytes(int length)
    {
        var key = Enumerable.Range(200, length).Select(i => (byte)i).ToArray();
        var text = WebhookSecret.Format(key);
        text.Should().StartWith("whsec_");
        WebhookSecret.TryParse(text, out var read).Should().BeTrue();
        read.Should().Equal(key);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("whsec_")]
    [TestCase("whsec_AAAA")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("WHSEC_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("whsec_AAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAA")]
    [TestCase("whsec_----AAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void TryParse_AnythingElse_IsRefused(string? text) => WebhookSecret.TryParse(text, out _).Should().BeFalse();

    [TestCase(23)]
    [TestCase(65)]
    public void Format_OtherLength_IsRefused(int length)
    {
        var format = () => WebhookSecret.Format(new byte[length]);
        format.Should().Throw<ArgumentOutOfRangeException>();
        WebhookSecret.TryParse("whsec_" + Convert.ToBase64String(new byte[length]), out _).Should().BeFalse();
    }
}
