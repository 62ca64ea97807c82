using System.Net;
using DataHub.Application.Webhooks.Contracts;
using DataHub.TestKit.Clocks;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

/// <summary>A node whose clock is days off: what all nodes judge by the database's clock is set by that.</summary>
public class WrongNodeClockTests : WebhooksFixture
{
    [TestCase(-2)]
    [TestCase(2)]
    public async Task Rotate_OnANodeWithAWrongClock_KeepsTheEarlierSecretForItsOverlap(int days)
    {
        var made = await NewSubscriptionAsync("*");
        await using var node = await StartNodeAsync(days);
        using var admin = AdminClient.As(node, Admin.Secret);

        (await admin.PostAsync($"{Subscriptions}/{made.Id}:rotate-secret")).Is(HttpStatusCode.OK);

        var secrets = (await node.Services.GetRequiredService<ISubscriptionDirectory>().FindAsync(IdOf(made.Id), CancellationToken.None))!.Secrets;
        secrets.Should().HaveCount(2);
        (secrets[1].ValidUntil!.Value - TimeProvider.System.GetUtcNow()).Should().BeCloseTo(TimeSpan.FromDays(1), TimeSpan.FromMinutes(1));
    }

    [TestCase(-2)]
    [TestCase(2)]
    public async Task Replay_OnANodeWithAWrongClock_TakesInstantsAsTheyAre(int days)
    {
        await using var node = await StartNodeAsync(days);
        using var admin = AdminClient.As(node, Admin.Secret);
        var now = TimeProvider.System.GetUtcNow();

        (await admin.PostAsync("/api/v1/webhooks/jobs", new { since = now.AddMinutes(-10) })).Is(HttpStatusCode.Accepted);
        (await admin.PostAsync("/api/v1/webhooks/jobs", new { since = now.AddDays(1) })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/since");
    }

    private Task<TestGateway> StartNodeAsync(int days) => TestGateway.StartAsync(
        Database, services => services.AddSingleton<TimeProvider>(new ShiftedClock(TimeSpan.FromDays(days))).AddSingleton<IWebhookSender>(Sender), Settings);
}
