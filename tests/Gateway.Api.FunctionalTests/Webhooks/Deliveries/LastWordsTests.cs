using System.Net;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Deliveries;

/// <summary>A process that is asked to stop tells of what has failed before it ends.</summary>
public class LastWordsTests
{
    private const int Endpoints = 20;

    [Test]
    public async Task Stop_RightAfterManyEndpointsFailedForGood_TellsOfEach()
    {
        await using var database = await TestDatabase.CreateAsync();
        var sender = new RecordingSender();
        await using var gateway = await TestGateway.StartAsync(database, services => services.AddSingleton<IWebhookSender>(sender));
        using var admin = await AdminClient.SetUpAsync(gateway);
        sender.Otherwise = _ => RecordingSender.Report(AttemptClass.Status, 500);
        foreach (var _ in Enumerable.Range(0, Endpoints))
        {
            (await admin.PostAsync("/api/v1/webhooks/subscriptions", new { url = "https://partner.example/hooks", eventTypes = new[] { "order.created" }, retry = new { scheduleSeconds = new[] { 0 } } })).Is(HttpStatusCode.Created);
        }

        (await admin.PostAsync("/api/v1/webhooks/events", new { type = "order.created", data = new { n = 1 } })).Is(HttpStatusCode.Accepted);
        await Eventually.TrueAsync(async () => await database.QueryScalarAsync<long>("SELECT count(*) FROM webhooks.outcomes WHERE outcome = 1") == Endpoints, "all have failed");
        await gateway.StopAsync();

        (await database.QueryScalarAsync<long>("SELECT count(*) FROM webhooks.events WHERE type = 'webhook.delivery.exhausted'")).Should().Be(Endpoints);
    }
}
