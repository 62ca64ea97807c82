using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Admin;

/// <summary>The checked-in OpenAPI document is the one the gateway serves: a change of the API shows in a review.</summary>
public class OpenApiDocumentTests
{
    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Get_Document_IsTheOneCheckedIn()
    {
        var served = (await _gateway.Client.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = Path.Combine(Repository.Root, "docs", "reference", "openapi.json");
        if (Environment.GetEnvironmentVariable("DATAHUB_UPDATE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(file, served);
        }

        (await File.ReadAllTextAsync(file)).Should().Be(served, "the API changed: look at the difference, then run the test with DATAHUB_UPDATE_OPENAPI=1 and check the file in");
    }

    [Test]
    public async Task Get_Document_DescribesEveryAdminEndpoint()
    {
        var paths = JsonNode.Parse(await _gateway.Client.GetStringAsync("/openapi/v1.json"))!["paths"]!.AsObject();

        paths.Select(p => p.Key).Should().Contain(["/api/v1/keys", "/api/v1/consumers", "/api/v1/upstreams", "/api/v1/apis", "/api/v1/routes", "/api/v1/routes:match", "/api/v1/tiers", "/api/v1/logs", "/api/v1/setup", "/health/ready"]);
        foreach (var (path, item) in paths)
        {
            foreach (var (verb, operation) in item!.AsObject().Where(o => o.Key is "get" or "post" or "put" or "patch" or "delete"))
            {
                operation!["summary"].Should().NotBeNull($"{verb} {path} needs a summary");
                operation["operationId"].Should().NotBeNull($"{verb} {path} needs a name");
            }
        }
    }

    [Test]
    public async Task Get_DocumentAsYaml_IsServed() =>
        (await _gateway.Client.GetStringAsync("/openapi/v1.yaml")).Should().StartWith("openapi: '3.1");
}
