using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary>What a process holds in memory that nobody asked for.</summary>
public sealed class LoadedAssembliesTests
{
    [Test]
    public async Task Start_WithNothingConfigured_LoadsWhatItUsesOnly()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        using var folder = new TemporaryFolder();
        await using var gateway = GatewayProgram.Start(folder.Path, "--port", "0", $"--Database:ConnectionString={database.ConnectionString}");
        var ready = await gateway.LineAsync("ready: ");
        using var client = new HttpClient { BaseAddress = new Uri(ready) };
        await client.GetStringAsync("/health/live");

        var loaded = gateway.LoadedAssemblies();

        loaded.Should().Contain("DataHub.Infrastructure.dll").And.NotContain(
            ["MassTransit.dll", "MassTransit.RabbitMqTransport.dll", "NJsonSchema.dll", "OpenTelemetry.Exporter.OpenTelemetryProtocol.dll", "Microsoft.OpenApi.dll", "Microsoft.AspNetCore.Mvc.Core.dll",
             "Microsoft.AspNetCore.Server.HttpSys.dll", "System.Private.Xml.dll"]);

        await client.GetStringAsync("/openapi/v1.json");
        gateway.LoadedAssemblies().Should().Contain("Microsoft.OpenApi.dll");
    }
}
