using System.Net;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.SelfService;

public class OwnWebhookTests : WebhooksFixture
{
    [Test]
    public async Task Register_CoveredTypes_MakesOneThatIsTheHoldersOwn()
    {
        var (id, consumer, holder) = await NewHolderAsync("order:read");

        var made = (await holder.PostAsync($"{Own}/register", Body("order.created", "order.*"))).Is(HttpStatusCode.Created);

        ((string)made.Body["secret"]!).Should().StartWith("whsec_");
        ((string)made.Data["keyId"]!).Should().Be(id);
        ((string)made.Data["consumerId"]!).Should().Be(consumer);
        (await holder.GetAsync($"{Own}/list")).Body["data"]!.AsArray().Should().ContainSingle();
        (await holder.GetAsync($"{Own}/{made.Id}")).Is(HttpStatusCode.OK);
        ((string)(await holder.PostAsync($"{Own}/test", new { id = made.Id })).Is(HttpStatusCode.OK).Data["result"]!).Should().Be("success");
        (await holder.DeleteAsync($"{Own}/{made.Id}")).Is(HttpStatusCode.NoContent);
        (await holder.GetAsync($"{Own}/{made.Id}")).Is(HttpStatusCode.NotFound);
    }

    [TestCase("*")]
    [TestCase("invoice.created")]
    [TestCase("invoice.*")]
    [TestCase("config.applied")]
    [TestCase("audit.*")]
    [TestCase("key.created")]
    public async Task Register_TypesBeyondTheScopes_Is403ThatNamesThem(string type)
    {
        var (_, _, holder) = await NewHolderAsync("order:read");

        var refused = (await holder.PostAsync($"{Own}/register", Body("order.created", type))).Is(HttpStatusCode.Forbidden);

        refused.Code.Should().Be("insufficient_scope");
        refused.Pointers.Should().Equal("/eventTypes/1");
    }

    [Test]
    public async Task Endpoints_OfAnothersSubscription_AnswerAsIfItWereNotThere()
    {
        var (_, _, owner) = await NewHolderAsync("order:read");
        var (_, _, other) = await NewHolderAsync("*");
        var made = (await owner.PostAsync(Own, Body("order.created"))).Is(HttpStatusCode.Created);
        var byAdmin = await NewSubscriptionAsync("*");

        foreach (var id in new[] { made.Id, byAdmin.Id, "sub_00000000000000000000000000" })
        {
            (await other.GetAsync($"{Own}/{id}")).Is(HttpStatusCode.NotFound);
            (await other.PutAsync($"{Own}/{id}", Body("order.created"))).Is(HttpStatusCode.NotFound);
            (await other.PatchAsync($"{Own}/{id}", new { description = "mine" })).Is(HttpStatusCode.NotFound);
            (await other.DeleteAsync($"{Own}/{id}")).Is(HttpStatusCode.NotFound);
            (await other.PostAsync($"{Own}/test", new { id })).Is(HttpStatusCode.NotFound);
            foreach (var verb in new[] { "enable", "disable", "rotate-secret", "test" })
            {
                (await other.PostAsync($"{Own}/{id}:{verb}")).Is(HttpStatusCode.NotFound);
            }

            (await other.PostAsync($"{Own}/{id}:revoke-secret", new { number = 1 })).Is(HttpStatusCode.NotFound);
        }

        (await other.GetAsync($"{Own}")).Body["data"]!.AsArray().Should().BeEmpty();
        (await owner.GetAsync(Subscriptions)).Is(HttpStatusCode.Forbidden);
        Sender.Sent.Where(s => s.Message.EventType == "datahub.ping").Should().NotContain(s => s.Target.Id.ToString() == made.Id || s.Target.Id.ToString() == byAdmin.Id);
    }

    [Test]
    public async Task Receive_AfterTheKeyWasRevokedNarrowedOrDisabled_IsOver()
    {
        foreach (var change in new Func<string, Task>[]
        {
            id => Admin.PostAsync($"/api/v1/keys/{id}:revoke"),
            id => Admin.PostAsync($"/api/v1/keys/{id}:disable"),
            id => Admin.PatchAsync($"/api/v1/keys/{id}", new { scopes = new[] { "other:read" } }),
        })
        {
            var (key, _, holder) = await NewHolderAsync("order:read");
            var made = (await holder.PostAsync(Own, Body("order.*"))).Is(HttpStatusCode.Created);
            var stored = NewEvent("order.created");
            (await GetsAsync(made.Id, stored)).Should().BeTrue();
            (await Directory.MayReceiveAsync(IdOf(made.Id), "order.created", CancellationToken.None)).Should().BeTrue();

            await change(key);

            (await GetsAsync(made.Id, stored)).Should().BeFalse();
            (await Directory.MayReceiveAsync(IdOf(made.Id), "order.created", CancellationToken.None)).Should().BeFalse();
        }
    }

    [Test]
    public async Task Receive_AfterTheConsumerWasSuspended_IsOverUntilItResumes()
    {
        var (_, consumer, holder) = await NewHolderAsync("order:read");
        var made = (await holder.PostAsync(Own, Body("order.*"))).Is(HttpStatusCode.Created);

        await Admin.PostAsync($"/api/v1/consumers/{consumer}:suspend");
        (await Directory.MayReceiveAsync(IdOf(made.Id), "order.created", CancellationToken.None)).Should().BeFalse();
        await Admin.PostAsync($"/api/v1/consumers/{consumer}:resume");
        (await Directory.MayReceiveAsync(IdOf(made.Id), "order.created", CancellationToken.None)).Should().BeTrue();
    }

    [Test]
    public async Task Receive_KeyEvents_AreThoseOfTheOwnConsumer()
    {
        var (_, consumer, holder) = await NewHolderAsync("*");
        var made = (await holder.PostAsync(Own, Body("*"))).Is(HttpStatusCode.Created);

        (await GetsAsync(made.Id, NewEvent("key.created", new { consumerId = consumer }))).Should().BeTrue();
        (await GetsAsync(made.Id, NewEvent("key.created", new { consumerId = "con_another" }))).Should().BeFalse();
        (await GetsAsync(made.Id, NewEvent("config.applied", new { consumerId = consumer }))).Should().BeFalse();
        (await GetsAsync(made.Id, NewEvent("order.created"))).Should().BeTrue();
    }

    [Test]
    public async Task Receive_TypeWithAScopeOfItsOwn_NeedsThatScope()
    {
        (await Admin.PostAsync("/api/v1/webhooks/event-types", new { name = "parcel.opened", scope = "parcel:inspect" })).Is(HttpStatusCode.Created);
        var (_, _, reader) = await NewHolderAsync("parcel:read");
        var (_, _, inspector) = await NewHolderAsync("parcel:read", "parcel:inspect");

        (await reader.PostAsync(Own, Body("parcel.opened"))).Is(HttpStatusCode.Forbidden);
        var few = (await reader.PostAsync(Own, Body("parcel.*"))).Is(HttpStatusCode.Created);
        var many = (await inspector.PostAsync(Own, Body("parcel.*"))).Is(HttpStatusCode.Created);

        (await GetsAsync(few.Id, NewEvent("parcel.opened"))).Should().BeFalse();
        (await GetsAsync(few.Id, NewEvent("parcel.sent"))).Should().BeTrue();
        (await GetsAsync(many.Id, NewEvent("parcel.opened"))).Should().BeTrue();
    }
}
