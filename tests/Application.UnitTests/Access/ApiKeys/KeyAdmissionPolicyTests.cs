using System.Net;
using DataHub.Application.Access.ApiKeys;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.ApiKeys;

public class KeyAdmissionPolicyTests
{
    private static readonly DateTimeOffset Noon = ApiKeyBuilder.Noon;
    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.9");

    [Test]
    public void Decide_GoodKey_IsAllowed() => KeyAdmissionPolicy.Decide(new CallerRecordBuilder().Build(), Client, Noon).Allowed.Should().BeTrue();

    // Everything is wrong at first; each line mends the reason that is named first.
    [Test]
    public void Decide_SeveralReasons_NamesThemInOrder()
    {
        var caller = new CallerRecordBuilder { Revoked = true, ExpiresAt = Noon, Disabled = true, Suspended = true, AllowedIps = ["10.0.0.0/8"] };
        Code(caller).Should().Be("api_key_revoked");
        caller.Revoked = false;
        Code(caller).Should().Be("api_key_expired");
        caller.ExpiresAt = null;
        Code(caller).Should().Be("api_key_disabled");
        caller.Disabled = false;
        Code(caller).Should().Be("consumer_suspended");
        caller.Suspended = false;
        Code(caller).Should().Be("ip_not_allowed");
        caller.AllowedIps = [];
        Code(caller).Should().BeNull();
    }

    [Test]
    public void Decide_Expiry_RefusesFromThatInstantOn()
    {
        var caller = new CallerRecordBuilder { ExpiresAt = Noon }.Build();

        KeyAdmissionPolicy.Decide(caller, Client, Noon.AddTicks(-1)).Allowed.Should().BeTrue();
        KeyAdmissionPolicy.Decide(caller, Client, Noon).Code.Should().Be("api_key_expired");
    }

    [Test]
    public void Decide_ReplacedSecretPastItsEnd_SaysThatTheKeyHasAnother()
    {
        var caller = new CallerRecordBuilder { ExpiresAt = Noon, SecretReplaced = true }.Build();

        var admission = KeyAdmissionPolicy.Decide(caller, Client, Noon);

        admission.Code.Should().Be("api_key_expired");
        admission.Detail.Should().Contain("rotation");
    }

    [TestCase("203.0.113.0/24", "203.0.113.255", true)]
    [TestCase("203.0.113.0/24", "203.0.114.0", false)]
    [TestCase("203.0.113.9", "203.0.113.9", true)]
    [TestCase("203.0.113.9", "203.0.113.10", false)]
    [TestCase("203.0.113.0/24", "::ffff:203.0.113.7", true)]
    [TestCase("2001:db8::/32", "2001:db8:1::1", true)]
    [TestCase("2001:db8::/32", "203.0.113.7", false)]
    [TestCase("0.0.0.0/0", "2001:db8::1", false)]
    public void Decide_AllowedIps_LetsOnlyThoseIn(string range, string client, bool allowed)
    {
        var caller = new CallerRecordBuilder { AllowedIps = ["198.51.100.0/24", range] }.Build();

        KeyAdmissionPolicy.Decide(caller, IPAddress.Parse(client), Noon).Allowed.Should().Be(allowed);
    }

    [Test]
    public void Decide_AllowedIpsAndUnknownAddress_IsRefused() =>
        KeyAdmissionPolicy.Decide(new CallerRecordBuilder { AllowedIps = ["0.0.0.0/0"] }.Build(), null, Noon).Code.Should().Be("ip_not_allowed");

    [Test]
    public void Decide_AllowedAndRefused_AllocateNothing()
    {
        var good = new CallerRecordBuilder { AllowedIps = ["10.0.0.0/8", "2001:db8::/32", "203.0.113.0/24"], ExpiresAt = Noon.AddDays(1) }.Build();
        var bad = new CallerRecordBuilder { AllowedIps = ["10.0.0.0/8"] }.Build();
        var allowed = 0;
        for (var warmUp = 0; warmUp < 2; warmUp++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                allowed += KeyAdmissionPolicy.Decide(good, Client, Noon).Allowed ? 1 : 0;
                allowed += KeyAdmissionPolicy.Decide(bad, Client, Noon).Allowed ? 1 : 0;
            }

            if (warmUp == 1)
            {
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
            }
        }

        allowed.Should().Be(2000);
    }

    private static string? Code(CallerRecordBuilder caller) => KeyAdmissionPolicy.Decide(caller.Build(), Client, Noon).Code;
}
