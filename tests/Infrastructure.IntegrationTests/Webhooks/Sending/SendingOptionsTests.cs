using DataHub.Infrastructure.Webhooks.Sending;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

public class SendingOptionsTests
{
    [Test]
    public void Validate_Defaults_AreFine() => new SendingOptionsRules().Validate(null, new SendingOptions()).Succeeded.Should().BeTrue();

    [Test]
    public void Validate_EveryMistake_IsNamedAtOnce() =>
        new SendingOptionsRules().Validate(null, new SendingOptions { AllowedNetworks = ["10.0.0.0/8", "10.0.0.0/33", "inside"], AllowedPorts = [443, 0, 65_536], TrustedAuthorities = "/nowhere/root.pem" })
            .Failures.Should().Equal(
                "AllowedNetworks: '10.0.0.0/33' is not a network such as 10.1.0.0/16.",
                "AllowedNetworks: 'inside' is not a network such as 10.1.0.0/16.",
                "AllowedPorts: 0 is not a port.",
                "AllowedPorts: 65536 is not a port.",
                "TrustedAuthorities: there is no such file.");
}
