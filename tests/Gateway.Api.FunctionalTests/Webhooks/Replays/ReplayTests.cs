using System.Net;
using System.Text.Json.Nodes;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Replays;

public class ReplayTests : WebhooksFixture
{
    private const string Events = "/api/v1/webhooks/events";
    private const string Deliveries = "/api/v1/webhooks/deliveries";
    private const string Jobs = "/api/v1/webhooks/jobs";

    private static readonly DateTimeOffset s_yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);

    [Test]
    public async Task Delivery_FromPublishToEnd_IsInTheListWithItsAttempts()
    {
        var (subscription, type) = await FailingAsync();
        var published = await PublishAsync(type);

        var ended = await EndedAsync(subscription, "failed");

        ((string)ended["eventId"]!).Should().Be(published);
        ((int)ended["lastStatus"]!).Should().Be(500);
        var attempts = (await Admin.GetAsync($"{Deliveries}/{(string)ended["id"]!}/attempts")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        attempts.Should().ContainSingle();
        ((string)attempts[0]!["result"]!).Should().Be("status");
        (await ListAsync($"event={published}")).Should().ContainSingle();
        (await ListAsync($"event={published}&state=delivered")).Should().BeEmpty();
        (await ListAsync($"subscription={subscription}&type={type}&from=2020-01-01T00:00:00Z")).Should().ContainSingle();
        (await Admin.GetAsync($"{Deliveries}/dlv_00000000000000000000000000")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Resend_AFailedOne_SendsTheSameEventToWhereItLeadsNow()
    {
        var (subscription, type) = await FailingAsync();
        var published = await PublishAsync(type);
        var ended = (string)(await EndedAsync(subscription, "failed"))["id"]!;
        Sender.Answers.TryRemove(IdOf(subscription), out _);
        await Admin.PatchAsync($"{Subscriptions}/{subscription}", new { url = "https://moved.example/hooks" });

        var made = (await Admin.PostAsync($"{Deliveries}/{ended}:resend")).Is(HttpStatusCode.Accepted);

        var delivered = await EndedAsync(subscription, "delivered");
        ((string)delivered["id"]!).Should().Be(made.Id).And.NotBe(ended);
        ((int)delivered["replayNumber"]!).Should().Be(1);
        var sent = Sender.Sent.Where(s => s.Message.EventId.ToString() == published).ToList();
        sent.Should().HaveCount(2);
        sent[1].Target.Url.Host.Should().Be("moved.example");
        sent[1].Message.Body.ToArray().Should().Equal(sent[0].Message.Body.ToArray());
        (await Admin.GetAsync($"/api/v1/audit?action=delivery.resend&resource={ended}")).Body["data"]!.AsArray().Should().ContainSingle();
    }

    [Test]
    public async Task Resend_ToAKeyThatMayNotHaveItAnyMore_IsRefused()
    {
        var type = NewName("e") + ".x";
        var (key, _, holder) = await NewHolderAsync(type.Split('.')[0] + ":read");
        var subscription = (await holder.PostAsync(Own, Body(type))).Is(HttpStatusCode.Created).Id;
        await PublishAsync(type);
        var ended = (string)(await EndedAsync(subscription, "delivered"))["id"]!;
        (await holder.PostAsync($"{Own}/deliveries/{ended}:resend")).Is(HttpStatusCode.Accepted);

        (await Admin.PatchAsync($"/api/v1/keys/{key}", new { scopes = new[] { "other:read" } })).Is(HttpStatusCode.OK);

        (await Admin.PostAsync($"{Deliveries}/{ended}:resend")).Is(HttpStatusCode.Conflict);
        var (_, _, stranger) = await NewHolderAsync("*");
        (await stranger.GetAsync($"{Own}/deliveries/{ended}")).Is(HttpStatusCode.NotFound);
        (await stranger.PostAsync($"{Own}/deliveries/{ended}:resend")).Is(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"{Own}/deliveries?subscription={subscription}")).Is(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"{Own}/deliveries")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Recover_WhatFailed_SendsEachOnceAndNotWhatWasDelivered()
    {
        const int Count = 8; // Fewer than open the breaker.
        var (subscription, type) = await FailingAsync();
        for (var i = 0; i < Count; i++)
        {
            await PublishAsync(type);
        }

        await Eventually.TrueAsync(async () => (await ListAsync($"subscription={subscription}&state=failed")).Count == Count, "all have failed");
        Sender.Answers.TryRemove(IdOf(subscription), out _);
        await PublishAsync(type);
        await EndedAsync(subscription, "delivered");

        var job = (await Admin.PostAsync($"{Subscriptions}/{subscription}:recover", new { since = s_yesterday })).Is(HttpStatusCode.Accepted);

        var done = await JobAsync(job.Id, "done");
        ((long)done["enqueued"]!).Should().Be(Count);
        ((double)done["percent"]!).Should().Be(100);
        await Eventually.TrueAsync(async () => (await ListAsync($"subscription={subscription}&state=delivered")).Count == Count + 1, "all are delivered");
        Sender.Sent.Where(s => s.Target.Id.ToString() == subscription).GroupBy(s => s.Message.EventId).Select(g => g.Count()).Should().BeEquivalentTo([.. Enumerable.Repeat(2, Count), 1]);

        var again = (await Admin.PostAsync($"{Subscriptions}/{subscription}:recover", new { since = s_yesterday })).Is(HttpStatusCode.Accepted);
        ((long)(await JobAsync(again.Id, "done"))["enqueued"]!).Should().Be(0);
    }

    [Test]
    public async Task Recover_WhatWasMissed_SendsWhatMatchesAndWasNeverAttempted()
    {
        var type = NewName("missed") + ".x";
        await PublishAsync(type);
        await PublishAsync(type, new { n = 9 });
        await Eventually.TrueAsync(async () => await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.fan_out f JOIN webhooks.events e ON e.id = f.event_id WHERE e.type = '{type}'") == 0, "it went to nobody");
        var subscription = (await NewSubscriptionAsync((object)$$$$"""{"url":"https://p.example","eventTypes":["{{{{type}}}}"],"filter":{"n":{"$lt":5}}}""")).Id;
        await PublishAsync(type);
        await EndedAsync(subscription, "delivered");

        var job = (await Admin.PostAsync($"{Subscriptions}/{subscription}:recover", new { since = s_yesterday, kind = "missed", eventType = type })).Is(HttpStatusCode.Accepted);

        ((long)(await JobAsync(job.Id, "done"))["enqueued"]!).Should().Be(1);
        await Eventually.TrueAsync(async () => (await ListAsync($"subscription={subscription}&state=delivered")).Count == 2, "it is delivered");
    }

    [Test]
    public async Task Job_ManyPages_CommitsItsCursorWithEachAndCanBeCancelled()
    {
        const int Count = 1_700;
        var (subscription, type) = await FailingAsync();
        await Admin.PostAsync($"{Subscriptions}/{subscription}:disable"); // What is enqueued stays where it can be counted.
        await Database.ExecuteAsync($"""
            WITH made AS (
                INSERT INTO webhooks.events (id, type, occurred_at, payload)
                SELECT gen_random_uuid(), '{type}', now(), convert_to('{ErrorFree(type)}', 'UTF8') FROM generate_series(1, {Count}) RETURNING id, created_at, tenant_id)
            INSERT INTO webhooks.outcomes (finished_at, created_at, event_created_at, delivery_id, event_id, tenant_id, subscription_id, attempts, replay_no, outcome, trigger, event_type, reason)
            SELECT now(), now(), created_at, gen_random_uuid(), id, tenant_id, '{IdOf(subscription).Value}', 1, 0, 1, 0, '{type}', 'exhausted' FROM made;
            DELETE FROM webhooks.fan_out f USING webhooks.events e WHERE e.id = f.event_id AND e.type = '{type}'
            """);

        var job = (await Admin.PostAsync(Jobs, new { since = s_yesterday, subscriptionId = subscription })).Is(HttpStatusCode.Accepted);

        var done = await JobAsync(job.Id, "done");
        ((long)done["total"]!).Should().Be(Count);
        ((long)done["done"]!).Should().Be(Count);
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.deliveries WHERE job_id = '{Guid(job.Id)}'")).Should().Be(Count);

        // A process that died after a page: the cursor is where the page ended, and what is after it is done again and once.
        await Database.ExecuteAsync($"""
            DELETE FROM webhooks.deliveries d USING webhooks.outcomes o WHERE d.job_id = '{Guid(job.Id)}' AND o.event_id = d.event_id
                AND o.delivery_id > (SELECT delivery_id FROM webhooks.outcomes WHERE event_type = '{type}' ORDER BY finished_at, delivery_id OFFSET 999 LIMIT 1);
            UPDATE webhooks.jobs SET state = 'running', finished_at = NULL, done = 1000, enqueued = 1000, cursor = (
                SELECT jsonb_build_object('at', to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'id', delivery_id)
                FROM webhooks.outcomes WHERE event_type = '{type}' ORDER BY finished_at, delivery_id OFFSET 999 LIMIT 1) WHERE id = '{Guid(job.Id)}'
            """);
        ((long)(await JobAsync(job.Id, "done"))["done"]!).Should().Be(Count);
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.deliveries WHERE job_id = '{Guid(job.Id)}'")).Should().Be(Count);
        (await Database.QueryScalarAsync<long>($"SELECT count(DISTINCT event_id) FROM webhooks.deliveries WHERE job_id = '{Guid(job.Id)}'")).Should().Be(Count);
        (await Admin.PostAsync($"{Jobs}/{job.Id}:cancel")).Is(HttpStatusCode.Conflict);
        (await ListAsync($"job={job.Id}&state=held&limit=200")).Should().HaveCount(200);

        await Database.ExecuteAsync($"UPDATE webhooks.jobs SET state = 'running', finished_at = NULL, lease_until = now() + interval '1 hour' WHERE id = '{Guid(job.Id)}'");
        ((string)(await Admin.PostAsync($"{Jobs}/{job.Id}:cancel")).Is(HttpStatusCode.OK).Data["state"]!).Should().Be("cancelled");
    }

    [TestCase("""{}""", HttpStatusCode.BadRequest)]
    [TestCase("""{"since":"1999-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest)]
    [TestCase("""{"since":"YESTERDAY","kind":"missed"}""", HttpStatusCode.BadRequest)]
    [TestCase("""{"since":"YESTERDAY","until":"1999-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest)]
    [TestCase("""{"since":"YESTERDAY","subscriptionId":"sub_00000000000000000000000000"}""", HttpStatusCode.NotFound)]
    public async Task Job_Wrong_IsRefused(string body, HttpStatusCode status) => (await Admin.PostAsync(Jobs, body.Replace("YESTERDAY", $"{s_yesterday:yyyy-MM-dd}T00:00:00Z", StringComparison.Ordinal))).Is(status);

    private static string ErrorFree(string type) => $$$"""{"type":"{{{type}}}","timestamp":"2026-11-21T10:00:00.000Z","data":{}}""";

    private static Guid Guid(string job) => DataHub.Domain.SharedKernel.EntityId.TryParse<DataHub.Domain.Webhooks.Replays.ReplayJobId>(job, out var id) ? id.Value : default;

    private async Task<(string Subscription, string Type)> FailingAsync()
    {
        var type = NewName("failing") + ".x";
        var made = await NewSubscriptionAsync(new { url = "https://partner.example/hooks", eventTypes = new[] { type }, retry = new { retryCount = 0 } });
        Sender.Answers[IdOf(made.Id)] = _ => RecordingSender.Report(AttemptClass.Status, 500);
        return (made.Id, type);
    }

    private async Task<string> PublishAsync(string type, object? data = null) => (await Admin.PostAsync(Events, new { type, data = data ?? new { n = 1 } })).Is(HttpStatusCode.Accepted).Id;

    private async Task<JsonArray> ListAsync(string query) => (await Admin.GetAsync($"{Deliveries}?{(query.Contains("limit", StringComparison.Ordinal) ? "" : "limit=200&")}{query}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

    private async Task<JsonObject> EndedAsync(string subscription, string state)
    {
        await Eventually.TrueAsync(async () => (await ListAsync($"subscription={subscription}&state={state}")).Count > 0, $"a delivery is {state}");
        return (await ListAsync($"subscription={subscription}&state={state}"))[0]!.AsObject();
    }

    private async Task<JsonObject> JobAsync(string id, string state)
    {
        await Eventually.TrueAsync(async () => (string)(await Admin.GetAsync($"{Jobs}/{id}")).Data["state"]! == state, $"the job is {state}");
        return (await Admin.GetAsync($"{Jobs}/{id}")).Data;
    }
}
