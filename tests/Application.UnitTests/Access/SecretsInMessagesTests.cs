using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Setup;
using DataHub.TestKit.Builders;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access;

/// <summary>Whatever prints a message prints no secret.</summary>
public class SecretsInMessagesTests
{
    [Test]
    public void ToString_MessagesThatCarryASecret_DoNotShowIt()
    {
        const string secret = "dh_live_0123456789";
        var issued = new IssuedApiKey(new ApiKeyBuilder().Build(), new ClearSecret(secret));
        var setup = new CompleteSetup(new ClearSecret(secret), "Ada");
        var completed = new CompletedSetup(new ConsumerBuilder().Build(), new ApiKeyBuilder().Build(), new ClearSecret(secret), null);

        foreach (var message in new object[] { issued, setup, completed })
        {
            message.ToString().Should().Contain("[secret]").And.NotContain(secret);
        }

        ApiKeyBuilder.Fingerprint().ToString().Should().Contain("[digest]");
    }
}
