using System.Diagnostics;
using System.Net;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.ApiKeys;

/// <summary>Two nodes over one database: what one is told, the other knows within a second.</summary>
[TestFixture(false)]
[TestFixture(true)]
public class RevocationOnAllNodesTests(bool withRedis)
{
    private TestDatabase _database = null!;
    private TestGateway _first = null!;
    private TestGateway _second = null!;
    private AdminClient _admin = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        string[] settings = withRedis
            ? [$"Redis:ConnectionString={TestServers.Redis}", $"Redis:KeyPrefix=t{Guid.CreateVersion7():N}:"[..24], "Redis:TimeoutMilliseconds=500"]
            : [];
        // The poll is far away: only a notification can tell.
        settings = [.. settings, .. TestGateway.Patient, "Database:PollSeconds=60"];
        _first = await TestGateway.StartAsync(_database, settings);
        _second = await TestGateway.StartAsync(_database, settings);
        _admin = await AdminClient.SetUpAsync(_first);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _admin.Dispose();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("keys/{key}:revoke", "api_key_revoked")]
    [TestCase("keys/{key}:disable", "api_key_disabled")]
    [TestCase("consumers/{consumer}:suspend", "consumer_suspended")]
    public async Task Change_OnOneNode_IsActiveThereAtOnceAndOnTheOtherByItsNotification(string action, string code)
    {
        var consumer = (await _admin.PostAsync("/api/v1/consumers", new { name = $"{action} {withRedis}", segment = "admin" })).Is(HttpStatusCode.Created).Id;
        var issued = (await _admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, environment = "admin" })).Is(HttpStatusCode.Created);
        using var here = AdminClient.As(_first, issued.Body["secret"]!.ToString());
        using var there = AdminClient.As(_second, issued.Body["secret"]!.ToString());
        (await here.GetAsync("/api/v1/consumers?limit=1")).Is(HttpStatusCode.OK);
        (await there.GetAsync("/api/v1/consumers?limit=1")).Is(HttpStatusCode.OK);

        var path = action.Replace("{key}", issued.Id, StringComparison.Ordinal).Replace("{consumer}", consumer, StringComparison.Ordinal);
        (await _admin.PostAsync("/api/v1/" + path)).Is(HttpStatusCode.OK);
        var answered = Stopwatch.GetTimestamp();

        (await here.GetAsync("/api/v1/consumers?limit=1")).Code.Should().Be(code);
        await Eventually.TrueAsync(async () => (await there.GetAsync("/api/v1/consumers?limit=1")).Code == code, "the other node knows");
        TestContext.Out.WriteLine($"{Stopwatch.GetElapsedTime(answered).TotalMilliseconds:0} ms");
        (await there.GetAsync("/api/v1/consumers?limit=1")).Code.Should().Be(code, "it does not come back");
    }
}
