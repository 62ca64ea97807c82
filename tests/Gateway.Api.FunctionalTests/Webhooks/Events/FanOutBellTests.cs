using System.Net;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Doorbells;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Events;

public class FanOutBellTests
{
    private readonly CountingDoorbell _doorbell = new();
    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;
    private AdminClient _admin = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database, services => services.AddSingleton<IDoorbell>(_doorbell));
        _admin = await AdminClient.SetUpAsync(_gateway);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _admin.Dispose();
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Command_ThatPublishes_RingsOnceItIsCommittedAndNotOnADryRun()
    {
        var consumer = (await _admin.PostAsync("/api/v1/consumers", new { name = "Bells", segment = "partner" })).Is(HttpStatusCode.Created);
        var before = _doorbell.Rings;

        (await _admin.PostAsync("/api/v1/keys?dryRun=true", new { name = "k", consumerId = consumer.Id, scopes = new[] { "a:read" } })).Status.Should().Be(HttpStatusCode.OK);
        _doorbell.Rings.Should().Be(before);

        (await _admin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer.Id, scopes = new[] { "a:read" } })).Is(HttpStatusCode.Created);
        _doorbell.Rings.Should().Be(before + 1);
    }

    private sealed class CountingDoorbell : IDoorbell
    {
        private int _rings;

        public int Rings => Volatile.Read(ref _rings);

        public void Ring(IReadOnlyCollection<SubscriptionId> subscriptions, DeliveryLane lane)
        {
        }

        public void RingFanOut() => Interlocked.Increment(ref _rings);
    }
}
