using System.Net;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

/// <summary>How an endpoint proves itself, and what a test of it may and may not do.</summary>
public class EndpointProofTests : WebhooksFixture
{
    [Test]
    public async Task Verified_AfterTheUrlChanged_ComesBackWithTheNextDelivery()
    {
        var type = NewName("proof") + ".x";
        var id = (await NewSubscriptionAsync(type)).Id;
        await PublishAsync(type);
        await Eventually.TrueAsync(() => IsVerifiedAsync(id), "the first 2xx verifies");

        ((bool)(await Admin.PatchAsync($"{Subscriptions}/{id}", new { url = "https://moved.example/hooks" })).Is(HttpStatusCode.OK).Data["verified"]!).Should().BeFalse();
        await PublishAsync(type);

        await Eventually.TrueAsync(() => IsVerifiedAsync(id), "the new URL has answered 2xx");
    }

    [Test]
    public async Task Test_WhileTheSubscriptionIsChanged_TellsWhatCameOfIt()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        Sender.Answers[IdOf(id)] = _ =>
        {
            Admin.PatchAsync($"{Subscriptions}/{id}", new { description = "changed meanwhile" }).GetAwaiter().GetResult().Is(HttpStatusCode.OK);
            return RecordingSender.Report(Domain.Webhooks.Deliveries.AttemptClass.Success, 200);
        };

        ((string)(await Admin.PostAsync($"{Subscriptions}/{id}:test")).Is(HttpStatusCode.OK).Data["result"]!).Should().Be("success");

        (await IsVerifiedAsync(id)).Should().BeTrue();
    }

    [Test]
    public async Task Test_WhileTheUrlIsChanged_DoesNotVerifyTheNewOne()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        Sender.Answers[IdOf(id)] = _ =>
        {
            Admin.PatchAsync($"{Subscriptions}/{id}", new { url = "https://other.example/" }).GetAwaiter().GetResult().Is(HttpStatusCode.OK);
            return RecordingSender.Report(Domain.Webhooks.Deliveries.AttemptClass.Success, 200);
        };

        (await Admin.PostAsync($"{Subscriptions}/{id}:test")).Is(HttpStatusCode.OK);

        (await IsVerifiedAsync(id)).Should().BeFalse();
    }

    [Test]
    public async Task Test_ChallengeAnsweredByTextThatIsNotUnicode_IsNotAnswered()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        Sender.Answers[IdOf(id)] = _ => RecordingSender.Report(Domain.Webhooks.Deliveries.AttemptClass.Success, 200, """{"challenge":"\ud800"}"""u8.ToArray());

        ((bool)(await Admin.PostAsync($"{Subscriptions}/{id}:test", new { challenge = true })).Is(HttpStatusCode.OK).Data["challengeAnswered"]!).Should().BeFalse();

        (await IsVerifiedAsync(id)).Should().BeFalse();
    }

    [TestCase(Subscriptions + "/{0}:test", null)]
    [TestCase(Own + "/{0}:test", null)]
    [TestCase(Own + "/test", "{{\"id\":\"{0}\"}}")]
    public async Task Test_AsADryRun_IsRefusedAndSendsNothing(string path, string? body)
    {
        var (_, _, holder) = await NewHolderAsync("order:read");
        var id = (await holder.PostAsync(Own, Body("order.created"))).Is(HttpStatusCode.Created).Id;
        var client = path.StartsWith(Own, StringComparison.Ordinal) ? holder : Admin;

        var refused = (await client.PostAsync(string.Format(null, path, id) + "?dryRun=true", body is null ? null : string.Format(null, body, id))).Is(HttpStatusCode.BadRequest);

        refused.Pointers.Should().Equal("?dryRun");
        Sender.Sent.Should().NotContain(s => s.Target.Id.ToString() == id);
    }

    [TestCase("""{"kind":"bearer","secret":"schlüssel"}""", "/authentication/secret")]
    [TestCase("""{"kind":"bearer","secret":"two words"}""", "/authentication/secret")]
    [TestCase("""{"kind":"mutual-tls","certificate":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----","secret":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}""", "/authentication/certificate")]
    public async Task SignIn_ThatCouldNeverBeSent_IsRefusedWhenItIsSet(string authentication, string pointer)
    {
        var body = $$"""{"url":"https://partner.example/h","eventTypes":["order.created"],"authentication":{{authentication}} }""";

        (await Admin.PostAsync(Subscriptions, body)).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal(pointer);
    }

    [Test]
    public async Task Recover_ByAHolder_LeadsToAJobThatItCanSeeAndEnd()
    {
        var (_, _, holder) = await NewHolderAsync("order:read");
        var (_, _, stranger) = await NewHolderAsync("*");
        var id = (await holder.PostAsync(Own, Body("order.created"))).Is(HttpStatusCode.Created).Id;

        var started = (await holder.PostAsync($"{Own}/{id}:recover", new { since = TimeProvider.System.GetUtcNow().AddDays(-1) })).Is(HttpStatusCode.Accepted);

        var place = started.Headers["Location"];
        place.Should().StartWith($"{Own}/jobs/");
        ((string)(await holder.GetAsync(place)).Is(HttpStatusCode.OK).Data["subscriptionId"]!).Should().Be(id);
        (await stranger.GetAsync(place)).Is(HttpStatusCode.NotFound);
        (await stranger.PostAsync($"{place}:cancel")).Is(HttpStatusCode.NotFound);
        await Eventually.TrueAsync(async () => (string)(await holder.GetAsync(place)).Data["state"]! == "done", "it runs");
        (await holder.PostAsync($"{place}:cancel")).Is(HttpStatusCode.Conflict);
        var ofAll = (await Admin.PostAsync("/api/v1/webhooks/jobs", new { since = TimeProvider.System.GetUtcNow().AddDays(-1) })).Is(HttpStatusCode.Accepted);
        (await holder.GetAsync($"{Own}/jobs/{ofAll.Id}")).Is(HttpStatusCode.NotFound);
    }

    private async Task PublishAsync(string type) => (await Admin.PostAsync("/api/v1/webhooks/events", new { type, data = new { n = 1 } })).Is(HttpStatusCode.Accepted);

    private async Task<bool> IsVerifiedAsync(string id) => (bool)(await Admin.GetAsync($"{Subscriptions}/{id}")).Is(HttpStatusCode.OK).Data["verified"]!;
}
