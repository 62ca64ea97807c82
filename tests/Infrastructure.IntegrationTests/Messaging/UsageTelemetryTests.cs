using DataHub.Infrastructure.Messaging;
using FluentAssertions;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Messaging;

public class UsageTelemetryTests
{
    [Test]
    public void AddMessaging_WithoutSettings_TellsNobodyOfTheInstallation()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMessaging(new ConfigurationBuilder().Build());
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled.Should().BeFalse();
    }
}
