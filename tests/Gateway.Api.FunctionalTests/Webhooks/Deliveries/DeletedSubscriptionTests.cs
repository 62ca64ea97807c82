using System.Net;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Deliveries;

/// <summary>What is remembered of an endpoint goes with its subscription.</summary>
public class DeletedSubscriptionTests : WebhooksFixture
{
    [Test]
    public async Task ForgetDeleted_OfTwoSubscriptionsOneIsGone_KeepsTheOther()
    {
        var (gone, kept) = ((await NewSubscriptionAsync("order.created")).Id, (await NewSubscriptionAsync("order.created")).Id);
        await Database.ExecuteAsync($"INSERT INTO webhooks.endpoint_state (subscription_id, failures) VALUES ('{IdOf(gone).Value}', 0), ('{IdOf(kept).Value}', 0)");
        (await Admin.SendAsync(HttpMethod.Delete, $"{Subscriptions}/{gone}")).Is(HttpStatusCode.NoContent);
        var board = Gateway.Services.GetRequiredService<EndpointBoard>();
        SubscriptionId[] ids = [IdOf(gone), IdOf(kept)];
        Array.ForEach(ids, id => board.Mark(id, DeliveryLane.Fresh));

        await Gateway.Services.GetRequiredService<DeliveryKeeper>().ForgetDeletedAsync(CancellationToken.None);

        (await Database.QueryScalarAsync<Guid>("SELECT subscription_id FROM webhooks.endpoint_state")).Should().Be(IdOf(kept).Value, "there is no other");
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM webhooks.endpoint_state")).Should().Be(1);
        board.Knows(IdOf(gone)).Should().BeFalse();
        board.Knows(IdOf(kept)).Should().BeTrue();
    }
}
