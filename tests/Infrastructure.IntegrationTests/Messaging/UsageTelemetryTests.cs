using DataHub.Infrastructure.Messaging;
using FluentAssertions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Messaging;

public class UsageTelemetryTests
{
    [Test]
    public void AddBus_WhateverTheTransport_TellsNobodyOfTheInstallation()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddBus(bus => bus.UsingInMemory());
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled.Should().BeFalse();
    }
}
