using System.Diagnostics;
using System.Net;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.ApiKeys;

/// <summary>Two nodes, one of which hears no notification any more: its listening connection is cut, and no other comes about.</summary>
public class RevocationWithoutNotificationsTests
{
    private TestDatabase _database = null!;
    private DatabaseWire _wire = null!;
    private TestGateway _first = null!;
    private TestGateway _deaf = null!;
    private AdminClient _admin = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _wire = new DatabaseWire(_database.ConnectionString);
        _first = await TestGateway.StartAsync(_database);
        _deaf = await TestGateway.StartAsync(_database, $"Database:ConnectionString={_wire.ConnectionString}");
        _admin = await AdminClient.SetUpAsync(_first);
        await Eventually.TrueAsync(() => _wire.Listening > 0, "the second node listens through the wire");
        _wire.CutListening();
        await Eventually.TrueAsync(() => _wire.Swallowed > 0, "it tries to listen again, and is not heard");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _admin.Dispose();
        await _deaf.DisposeAsync();
        await _first.DisposeAsync();
        await _wire.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("keys/{key}:revoke", "api_key_revoked")]
    [TestCase("keys/{key}:disable", "api_key_disabled")]
    [TestCase("consumers/{consumer}:suspend", "consumer_suspended")]
    public async Task Change_OnAnotherNode_IsKnownByThePoll(string action, string code)
    {
        var consumer = (await _admin.PostAsync("/api/v1/consumers", new { name = action, segment = "admin" })).Is(HttpStatusCode.Created).Id;
        var issued = (await _admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer, environment = "admin" })).Is(HttpStatusCode.Created);
        using var there = AdminClient.As(_deaf, issued.Body["secret"]!.ToString());
        (await there.GetAsync("/api/v1/consumers?limit=1")).Is(HttpStatusCode.OK);

        var path = action.Replace("{key}", issued.Id, StringComparison.Ordinal).Replace("{consumer}", consumer, StringComparison.Ordinal);
        (await _admin.PostAsync("/api/v1/" + path)).Is(HttpStatusCode.OK);

        await Eventually.TrueAsync(async () => (await there.GetAsync("/api/v1/consumers?limit=1")).Code == code, "the deaf node knows");
        (await there.GetAsync("/api/v1/consumers?limit=1")).Code.Should().Be(code, "it does not come back");
        _wire.Listening.Should().Be(0, "nothing was notified");
    }
}
