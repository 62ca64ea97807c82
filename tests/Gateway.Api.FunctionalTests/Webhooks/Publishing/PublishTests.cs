using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DataHub.Application.Webhooks.Publishing;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Publishing;

public class PublishTests : WebhooksFixture
{
    private const string Events = "/api/v1/webhooks/events";

    [Test]
    public async Task Publish_One_IsStoredAndDeliveredByteForByte()
    {
        var type = NewName("e") + ".made";
        var subscription = await NewSubscriptionAsync(type);

        var published = (await Admin.PostAsync(Events, $$$"""{"type":"{{{type}}}","data":{"big":12345678901234567890123,"text":"Grüße 🚀","n":1.50}}""")).Is(HttpStatusCode.Accepted);

        var stored = (await Admin.GetAsync($"{Events}/{published.Id}")).Is(HttpStatusCode.OK);
        stored.Data["payload"]!["data"]!.ToJsonString().Should().Contain("12345678901234567890123").And.Contain("1.50");
        ((string)stored.Data["source"]!).Should().Be("api");
        await Eventually.TrueAsync(() => Task.FromResult(Sender.Sent.Any(s => s.Message.EventId.ToString() == published.Id)), "it is delivered");
        var sent = Sender.Sent.Single(s => s.Message.EventId.ToString() == published.Id);
        sent.Target.Id.ToString().Should().Be(subscription.Id);
        Encoding.UTF8.GetString(sent.Message.Body.Span).Should().Contain("\"data\":{\"big\":12345678901234567890123,\"text\":\"Grüße ").And.EndWith(",\"n\":1.50}}");
    }

    [Test]
    public async Task Publish_WithoutABody_SaysThatItIsMissing()
    {
        var detail = (string)(await Admin.PostAsync(Events, "")).Is(HttpStatusCode.BadRequest).Body["detail"]!;

        detail.Should().Contain("body is missing").And.Contain("JSON");
    }

    [Test]
    public async Task Publish_SameKey_AnswersTheSameAndAnotherEventIs422()
    {
        var key = NewName("key");
        var first = (await Admin.PostAsync(Events, new { type = "a.b", data = new { n = 1 }, idempotencyKey = key })).Is(HttpStatusCode.Accepted);

        var again = (await Admin.PostAsync(Events, new { type = "a.b", data = new { n = 1 } }, ("Idempotency-Key", key))).Is(HttpStatusCode.Accepted);
        again.Data.ToJsonString().Should().Be(first.Data.ToJsonString());
        again.Headers["Idempotent-Replayed"].Should().Be("true");
        (await Admin.PostAsync(Events, new { type = "a.b", data = new { n = 2 }, idempotencyKey = key })).Is(HttpStatusCode.UnprocessableEntity).Code.Should().Be("idempotency_key_reused");
        (await CountAsync(key)).Should().Be(1);
    }

    [Test]
    public async Task Publish_BatchWithTheKeyOfAnother_Is422UnlessItIsTheSame()
    {
        var key = ("Idempotency-Key", NewName("key"));
        object[] events = [.. Enumerable.Range(0, 3).Select(n => (object)new { type = "a.b", data = new { n } })];
        var first = (await Admin.PostAsync(Events, new { events }, key)).Is(HttpStatusCode.Accepted).Body["data"]!.ToJsonString();

        (await Admin.PostAsync(Events, new { events }, key)).Is(HttpStatusCode.Accepted).Body["data"]!.ToJsonString().Should().Be(first);
        object[][] others = [[.. events, events[0]], events[..2], [.. events.Reverse()]];
        foreach (var other in others)
        {
            (await Admin.PostAsync(Events, new { events = other }, key)).Is(HttpStatusCode.UnprocessableEntity).Code.Should().Be("idempotency_key_reused");
        }
    }

    [Test]
    public async Task Publish_BatchToAnEndpointInOrder_ArrivesInTheOrderOfTheList()
    {
        var type = NewName("e") + ".made";
        var subscription = (await Admin.PostAsync(Subscriptions, new { url = "https://partner.example/hooks", eventTypes = new[] { type }, order = "fifo" })).Is(HttpStatusCode.Created).Id;
        object[] events = [.. Enumerable.Range(0, 20).Select(n => (object)new { type, data = new { n } })];

        var ids = (await Admin.PostAsync(Events, new { events })).Is(HttpStatusCode.Accepted).Body["data"]!.AsArray().Select(e => (string)e!["id"]!).ToList();

        string[] Arrived() => [.. Sender.Sent.Where(s => s.Target.Id.ToString() == subscription).Select(s => s.Message.EventId.ToString())];
        await Eventually.TrueAsync(() => Task.FromResult(Arrived().Length == ids.Count), "all are delivered");
        Arrived().Should().Equal(ids);
    }

    [Test]
    public async Task Publish_FiftyAtOnceWithOneKey_MakeOneEvent()
    {
        var key = NewName("key");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Admin.PostAsync(Events, new { type = "a.b", data = new { n = 1 }, idempotencyKey = key })));

        answers.Should().OnlyContain(a => a.Status == HttpStatusCode.Accepted);
        answers.Select(a => a.Data.ToJsonString()).Distinct().Should().ContainSingle();
        (await CountAsync(key)).Should().Be(1);
    }

    [Test]
    public async Task Publish_Batch_IsStoredAllOrNone()
    {
        var (used, free) = (NewName("key"), NewName("key"));
        await Admin.PostAsync(Events, new { type = "a.b", data = new { }, idempotencyKey = used });

        object[] refused = [new { type = "a.b", data = new { n = 1 }, idempotencyKey = free }, new { type = "a.b", data = new { n = 1 }, idempotencyKey = used }];
        (await Admin.PostAsync(Events, new { events = refused })).Is(HttpStatusCode.UnprocessableEntity);
        (await CountAsync(free)).Should().Be(0);

        var taken = (await Admin.PostAsync(Events, new { events = new object[] { new { type = "a.b", data = new { n = 1 }, idempotencyKey = free }, new { type = "a.c", data = new { } } } })).Is(HttpStatusCode.Accepted);
        taken.Body["data"]!.AsArray().Select(e => (string)e!["type"]!).Should().Equal("a.b", "a.c");
        (await CountAsync(free)).Should().Be(1);
    }

    [Test]
    public async Task Publish_BatchUnderAHeaderKey_IsOnceAsAWhole()
    {
        var key = ("Idempotency-Key", NewName("key"));
        var body = new { events = new object[] { new { type = "a.b", data = new { n = 1 } }, new { type = "a.b", data = new { n = 2 } } } };

        var first = (await Admin.PostAsync(Events, body, key)).Is(HttpStatusCode.Accepted);
        var again = (await Admin.PostAsync(Events, body, key)).Is(HttpStatusCode.Accepted);

        again.Body.ToJsonString().Should().Be(first.Body.ToJsonString());
    }

    // The database is busy with the table: what waits for it is bounded in bytes, not only in number.
    [Test]
    public async Task Store_MoreBytesThanMayWait_IsRefusedAndTheRestIsStored()
    {
        var intake = Gateway.Services.GetRequiredService<IEventIntake>();
        var payload = new byte[PublishEvents.MaxBytes];
        var type = NewName("big") + ".x";
        await using var connection = new Npgsql.NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync();
        await using var held = await connection.BeginTransactionAsync();
        await using (var take = new Npgsql.NpgsqlCommand("LOCK TABLE webhooks.events IN SHARE MODE", connection, held))
        {
            await take.ExecuteNonQueryAsync();
        }

        var stores = Enumerable.Range(0, 300).Select(_ => intake.StoreAsync(
            [new IncomingEvent(new Domain.Webhooks.Events.EventId(Guid.CreateVersion7()), TenantId.Default, type, TimeProvider.System.GetUtcNow(), payload, 0, null, null)], CancellationToken.None)).ToList();

        stores.Count(s => s.IsFaulted).Should().BeInRange(40, 60, "64 MiB may wait");
        await held.RollbackAsync();
        await Task.WhenAll(stores.Where(s => !s.IsFaulted));
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = '{type}'")).Should().Be(stores.Count(s => !s.IsFaulted));
        await intake.StoreAsync(
            [new IncomingEvent(new Domain.Webhooks.Events.EventId(Guid.CreateVersion7()), TenantId.Default, type, TimeProvider.System.GetUtcNow(), payload, 0, null, null)], CancellationToken.None);
    }

    [TestCase("""{"data":{}}""", "/type")]
    [TestCase("""{"type":"Order","data":{}}""", "/type")]
    [TestCase("""{"type":"key.created","data":{}}""", "/type")]
    [TestCase("""{"type":"a.b"}""", "/data")]
    [TestCase("""{"type":"a.b","data":[]}""", "/data")]
    [TestCase("""{"events":[]}""", "/events")]
    [TestCase("""{"events":[{"type":"a.b","data":{}},{"type":"a","data":1}]}""", "/events/1/data")]
    [TestCase("""{"type":"a.b","data":{},"events":[]}""", "/events")]
    [TestCase("""{"type":"a.b","data":{},"idempotencyKey":"with space"}""", "/idempotencyKey")]
    [TestCase("""{"type":"a.b","data":{"x":"\ud800"}}""", "/data/x")]
    [TestCase("""{"type":"checked.x","data":{"id":"seven"}}""", "/data/id")]
    [TestCase("""{"type":"archived.x","data":{}}""", "/type")]
    public async Task Publish_WrongEvent_Is400ThatNamesIt(string body, string pointer)
    {
        await Admin.PostAsync("/api/v1/webhooks/event-types", new { name = "checked.x", schema = new { type = "object", properties = new { id = new { type = "integer" } } } });
        await Admin.PostAsync("/api/v1/webhooks/event-types", new { name = "archived.x", archived = true });

        (await Admin.PostAsync(Events, body)).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal(pointer);
    }

    [Test]
    public async Task Publish_MoreThan256KiB_Is413()
    {
        var envelope = """{"type":"a.b","timestamp":"2026-11-21T10:00:00.000Z","data":{"x":""}}""".Length;

        (await Admin.PostAsync(Events, new { type = "a.b", data = new { x = new string('x', (256 * 1024) - envelope) } })).Is(HttpStatusCode.Accepted);
        (await Admin.PostAsync(Events, new { type = "a.b", data = new { x = new string('x', (256 * 1024) - envelope + 1) } })).Is(HttpStatusCode.RequestEntityTooLarge).Code.Should().Be("payload_too_large");
    }

    [Test]
    public async Task Publish_DryRun_ChecksAndKeepsNothing()
    {
        var key = NewName("key");

        (await Admin.PostAsync(Events + "?dryRun=true", new { type = "a.b", data = new { }, idempotencyKey = key })).Is(HttpStatusCode.OK);

        (await CountAsync(key)).Should().Be(0);
    }

    [Test]
    public async Task List_ByTypeAndSource_Narrows()
    {
        var word = NewName("listed");
        await Admin.PostAsync(Events, new { type = word + ".a", data = new { } });
        await Admin.PostAsync(Events, new { type = word + ".b", data = new { } });

        async Task<int> CountAsync(string query) => (await Admin.GetAsync($"{Events}?{query}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Count;

        (await CountAsync($"type={word}.a")).Should().Be(1);
        (await CountAsync($"type={word}.*")).Should().Be(2);
        (await CountAsync($"type={word}.*&source=datahub")).Should().Be(0);
        (await CountAsync($"type={word}.*&limit=1")).Should().Be(1);
        (await Admin.GetAsync($"{Events}?source=else")).Is(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Read_ByTheHolderOfAKey_IsWhatItsScopesCover()
    {
        var published = (await Admin.PostAsync(Events, new { type = "visible.x", data = new { } })).Is(HttpStatusCode.Accepted);
        var (_, _, covered) = await NewHolderAsync("visible:read");
        var (_, _, other) = await NewHolderAsync("invisible:read");

        (await covered.GetAsync($"{Own}/events/{published.Id}")).Is(HttpStatusCode.OK);
        (await other.GetAsync($"{Own}/events/{published.Id}")).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Intake_ManyCallers_ShareCommits()
    {
        var intake = Gateway.Services.GetRequiredService<IEventIntake>();
        var type = NewName("crowd") + ".x";
        const int Count = 2_000;
        var watch = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => Task.Run(() => intake.StoreAsync(
            [new IncomingEvent(NewEvent(type).Id, TenantId.Default, type, DateTimeOffset.UnixEpoch, "{}"u8.ToArray(), 0, null, null)], CancellationToken.None))));

        TestContext.Out.WriteLine($"{Count / watch.Elapsed.TotalSeconds:0} events/s");
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE type = '{type}'")).Should().Be(Count);
        (await Database.QueryScalarAsync<long>($"SELECT count(DISTINCT created_at) FROM webhooks.events WHERE type = '{type}'")).Should().BeLessThan(Count / 4);
    }

    private Task<long> CountAsync(string key) => Database.QueryScalarAsync<long>($"SELECT count(*) FROM webhooks.events WHERE idempotency_key = '{key}'");
}
