using System.Net;
using System.Text.Json.Nodes;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

/// <summary>Tests of endpoints are in the log of deliveries, and are none.</summary>
public class TestLogTests : WebhooksFixture
{
    private const string Deliveries = "/api/v1/webhooks/deliveries";
    private const string Jobs = "/api/v1/webhooks/jobs";

    [TestCase(200, "success", "delivered")]
    [TestCase(500, "status", "failed")]
    public async Task Test_AnEndpoint_IsInTheLogWithItsAttempt(int status, string result, string state)
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        Sender.Answers[IdOf(id)] = _ => RecordingSender.Report(status == 200 ? AttemptClass.Success : AttemptClass.Status, status, "line\0"u8.ToArray()) with { Address = "203.0.113.9", Error = "a\0b" };

        var tested = (await Admin.PostAsync($"{Subscriptions}/{id}:test")).Is(HttpStatusCode.OK).Data;

        var delivery = (await Admin.GetAsync($"{Deliveries}?subscription={id}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle().Subject!;
        ((string)delivery["id"]!, (string)delivery["eventId"]!).Should().Be(((string)tested["deliveryId"]!, (string)tested["eventId"]!));
        ((string)delivery["trigger"]!, (string)delivery["eventType"]!, (string)delivery["state"]!, (int)delivery["attempts"]!, (int)delivery["lastStatus"]!)
            .Should().Be(("test", "datahub.ping", state, 0, status));
        var attempt = (await AttemptsAsync(Admin, Deliveries, tested)).Should().ContainSingle().Subject!;
        ((string)attempt["trigger"]!, (string)attempt["result"]!, (int)attempt["status"]!, (bool)attempt["counted"]!, (bool)attempt["late"]!).Should().Be(("test", result, status, false, false));
        ((string)attempt["url"]!, (string)attempt["address"]!, (double)attempt["timings"]!["total"]!).Should().Be(("https://partner.example/hooks", "203.0.113.9", 12.34));
        ((DateTimeOffset)attempt["startedAt"]!).Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task Test_ThatFails_IsNeitherRecoveredNorResentNorCharged()
    {
        var id = (await NewSubscriptionAsync("order.created")).Id;
        Sender.Answers[IdOf(id)] = _ => RecordingSender.Report(AttemptClass.Gone, 410);
        var tested = (await Admin.PostAsync($"{Subscriptions}/{id}:test")).Is(HttpStatusCode.OK).Data;

        (await Admin.PostAsync($"{Deliveries}/{(string)tested["deliveryId"]!}:resend")).Is(HttpStatusCode.Conflict).Body.ToJsonString().Should().Contain("It was a test");
        var since = TimeProvider.System.GetUtcNow().AddHours(-1);
        var job = (await Admin.PostAsync($"{Subscriptions}/{id}:recover", new { since })).Is(HttpStatusCode.Accepted).Id;
        await Eventually.TrueAsync(async () => (string)(await Admin.GetAsync($"{Jobs}/{job}")).Data["state"]! == "done", "the job is done");

        ((long)(await Admin.GetAsync($"{Jobs}/{job}")).Data["total"]!).Should().Be(0, "there is nothing to look at");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.endpoint_state WHERE subscription_id = '{IdOf(id).Value}'")).Should().Be(0);
        ((bool)(await Admin.GetAsync($"{Subscriptions}/{id}")).Data["enabled"]!).Should().BeTrue("a 410 to a test disables nothing");
    }

    [Test]
    public async Task Attempts_MoreThanAPage_AreReadPageByPage()
    {
        const int More = 204;
        var id = (await NewSubscriptionAsync("order.created")).Id;
        var tested = (await Admin.PostAsync($"{Subscriptions}/{id}:test")).Is(HttpStatusCode.OK).Data;
        await Database.ExecuteAsync($"""
            INSERT INTO webhooks.attempts OVERRIDING SYSTEM VALUE
            SELECT (jsonb_populate_record(a, jsonb_build_object('id', a.id + n, 'attempt', n))).* FROM webhooks.attempts a, generate_series(1, {More}) n WHERE a.subscription_id = '{IdOf(id).Value}'
            """);

        var (seen, pages, next) = (new List<int>(), 0, $"{Deliveries}/{(string)tested["deliveryId"]!}/attempts?limit=100");
        for (; next is not null; pages++)
        {
            var page = (await Admin.GetAsync(next)).Is(HttpStatusCode.OK).Body;
            seen.AddRange(page["data"]!.AsArray().Select(a => (int)a!["attempt"]!));
            next = (string?)page["pagination"]!["nextCursor"] is { } cursor ? $"{Deliveries}/{(string)tested["deliveryId"]!}/attempts?limit=100&cursor={cursor}" : null;
        }

        pages.Should().Be(3);
        seen.Should().Equal([seen[0], .. Enumerable.Range(1, More)], "the first is the test itself");
    }

    [TestCase(AttemptClass.Tls)]
    [TestCase(AttemptClass.Blocked)]
    public async Task Test_ByAKeyHolder_LogsNoWayOfFailingThatAScannerWouldLike(AttemptClass what)
    {
        var type = NewName("e");
        var (_, _, holder) = await NewHolderAsync(type + ":read");
        var id = (await holder.PostAsync(Own, Body(type + ".x"))).Is(HttpStatusCode.Created).Id;
        Sender.Answers[IdOf(id)] = _ => RecordingSender.Report(what, null) with { Error = "secret of a network", Address = "203.0.113.9" };

        var tested = (await holder.PostAsync($"{Own}/test", new { id })).Is(HttpStatusCode.OK).Data;

        var seen = (await AttemptsAsync(holder, $"{Own}/deliveries", tested)).Should().ContainSingle().Subject!;
        ((string)seen["result"]!, (string?)seen["address"], (double)seen["timings"]!["total"]!).Should().Be(("connect", null, 0));
        seen.ToJsonString().Should().NotContain("secret of a network");
        var known = (await AttemptsAsync(Admin, Deliveries, tested)).Should().ContainSingle().Subject!;
        ((string)known["result"]!, (string?)known["address"]).Should().Be((what.ToString().ToLowerInvariant(), "203.0.113.9"));
    }

    private static async Task<JsonArray> AttemptsAsync(AdminClient client, string place, JsonObject tested) =>
        (await client.GetAsync($"{place}/{(string)tested["deliveryId"]!}/attempts")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
}
