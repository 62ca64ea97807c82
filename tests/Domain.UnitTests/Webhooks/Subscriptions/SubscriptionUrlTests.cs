using DataHub.Domain.Webhooks.Subscriptions;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Webhooks.Subscriptions;

public class SubscriptionUrlTests
{
    // The platform reads no user name in some of these.
    [TestCase("https://@partner.example/")]
    [TestCase("https://:@partner.example/")]
    [TestCase("https://u:p@partner.example/")]
    [TestCase("https:\\\\@partner.example\\hooks")]
    [TestCase("https://@partner.example?a=b")]
    public void MistakeInUrl_UserNameOfAnyKind_IsRefused(string url) => SubscriptionRules.MistakeInUrl(url, allowHttp: false).Should().NotBeNull();

    [TestCase("https://partner.example/@hooks")]
    [TestCase("https://partner.example?to=a@b.example")]
    [TestCase("https://partner.example:8443/hooks/a@b")]
    public void MistakeInUrl_AtSignBehindTheHost_IsFine(string url) => SubscriptionRules.MistakeInUrl(url, allowHttp: false).Should().BeNull();
}
