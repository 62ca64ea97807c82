using System.Net;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary>A configured database that is away does not keep a node from starting.</summary>
[TestFixture]
public sealed class DatabaseAwayTests
{
    private string _folder = "";
    private PrivatePostgres _server = null!;

    private string Database => $"--Database:ConnectionString={_server.ConnectionString}";

    [SetUp]
    public async Task StartServerAsync()
    {
        _folder = Directory.CreateTempSubdirectory("datahub-test-").FullName;
        _server = await PrivatePostgres.StartNewAsync();
    }

    [TearDown]
    public async Task StopServerAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Start_DatabaseAway_ServesFromDiskAndJoinsItWhenItIsBack()
    {
        await using (var first = GatewayProgram.Start(_folder, "--demo", "--port", "0", Database))
        {
            await first.LineAsync("try: ");
            (await first.StopAsync("INT")).Should().Be(0, first.Errors);
        }

        await _server.KillAsync();
        await using var second = GatewayProgram.Start(_folder, "--port", "0", Database);
        using var client = new HttpClient { BaseAddress = new Uri(await second.LineAsync("ready: ")) };
        client.DefaultRequestHeaders.Add("X-API-Key", (await File.ReadAllTextAsync(Path.Combine(_folder, "secrets", "demo-key"))).Trim());

        (await StatusAsync(client)).Should().Be(HttpStatusCode.ServiceUnavailable, "the route is known from disk; whether the key is good, nobody can tell");

        await _server.StartAsync();
        await Eventually.TrueAsync(
            async () => await StatusAsync(client) == HttpStatusCode.BadGateway, "the key is accepted again, and the demo upstream of the first start is gone");
        (await second.StopAsync("INT")).Should().Be(0, second.Errors);
    }

    [Test]
    public async Task Start_NewNodeWhileTheDatabaseHangs_IsAliveAndBecomesReadyWhenItAnswers()
    {
        await _server.FreezeAsync();
        await using var program = GatewayProgram.Start(_folder, "--port", "0", Database);
        await Eventually.TrueAsync(() => program.Errors.Contains("not ready yet", StringComparison.Ordinal), "it says why it is not ready", TimeSpan.FromSeconds(60));

        await _server.ThawAsync();

        (await program.LineAsync("ready: ")).Should().StartWith("http://");
        (await program.LineAsync("setup token: ")).Should().NotBeEmpty();
        (await program.StopAsync("INT")).Should().Be(0, program.Errors);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/gateway/demo/hello");
        return response.StatusCode;
    }
}
