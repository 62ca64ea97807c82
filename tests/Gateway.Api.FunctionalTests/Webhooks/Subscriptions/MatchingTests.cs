using System.Diagnostics;
using System.Net;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

public class MatchingTests : WebhooksFixture
{
    [Test]
    public async Task Match_TypesAndWildcards_TakeWhatTheyName()
    {
        var word = NewName("word");
        var exact = await NewSubscriptionAsync($"{word}.created");
        var below = await NewSubscriptionAsync($"{word}.*");
        var deep = await NewSubscriptionAsync($"{word}.item.*");
        var all = await NewSubscriptionAsync("*", $"{word}.*");

        async Task<IEnumerable<string>> TakersAsync(string type) =>
            (await MatchAsync(NewEvent(type))).Select(m => m.Id.ToString()).Where(id => id == exact.Id || id == below.Id || id == deep.Id || id == all.Id);

        (await TakersAsync($"{word}.created")).Should().Equal(exact.Id, below.Id, all.Id);
        (await TakersAsync($"{word}.item.added")).Should().Equal(below.Id, deep.Id, all.Id);
        (await TakersAsync(word)).Should().Equal(all.Id);
        (await TakersAsync($"{word}x.created")).Should().Equal(all.Id);
    }

    [Test]
    public async Task Match_Filter_TakesWhatPasses()
    {
        var type = NewName("filtered") + ".x";
        var made = await NewSubscriptionAsync((object)$$$"""{"url":"https://p.example","eventTypes":["{{{type}}}"],"filter":{"total":{"$gte":100},"$or":[{"country":"DE"},{"country":{"$in":["AT","CH"]}}]}}""");

        (await GetsAsync(made.Id, NewEvent(type, new { total = 100, country = "AT" }))).Should().BeTrue();
        (await GetsAsync(made.Id, NewEvent(type, new { total = 99.5, country = "AT" }))).Should().BeFalse();
        (await GetsAsync(made.Id, NewEvent(type, new { total = 1e9, country = "FR" }))).Should().BeFalse();
        (await GetsAsync(made.Id, NewEvent(type, new { country = "DE" }))).Should().BeFalse();
    }

    [Test]
    public async Task Match_Mapping_SendsWhatItMakes()
    {
        var type = NewName("mapped") + ".x";
        await NewSubscriptionAsync((object)$$$$"""{"url":"https://p.example","eventTypes":["{{{{type}}}}"],"mapping":{"template":{"text":"Order {{order.id}} of {{$type}}","total":"{{order.total}}","gone":"{{nothing}}"}}}""");
        var stored = NewEvent(type, new { order = new { id = 7, total = 12.50m } });

        var match = (await MatchAsync(stored)).Single(m => m.Body is not null);

        Json(match.Body!)["data"]!.ToJsonString().Should().Be($$"""{"text":"Order 7 of {{type}}","total":12.50,"gone":null}""");
        ((string)Json(match.Body!)["type"]!).Should().Be(type);
    }

    [Test]
    public async Task Match_MappingThatGrowsTooLarge_SaysSo()
    {
        var type = NewName("huge") + ".x";
        await NewSubscriptionAsync((object)$$$"""{"url":"https://p.example","eventTypes":["{{{type}}}"],"mapping":{"template":["{{$data}}","{{$data}}","{{$data}}"]}}""");

        var match = (await MatchAsync(NewEvent(type, new { text = new string('x', 100_000) }))).Single();

        match.Body.Should().BeNull();
        match.MappingError.Should().Contain("262144");
    }

    [Test]
    public async Task Match_Thin_SendsIdAndAddressOnly()
    {
        var type = NewName("thin") + ".x";
        await NewSubscriptionAsync(new { url = "https://p.example", eventTypes = new[] { type }, payload = "thin" });
        var stored = NewEvent(type, new { secretive = true });

        var body = Json((await MatchAsync(stored)).Single().Body!);

        body["data"]!.ToJsonString().Should().Be($$"""{"id":"{{stored.Id}}","href":"/api/v1/webhooks/events/{{stored.Id}}"}""");
    }

    [Test]
    public async Task Match_TypesOfAnotherTenant_AreNotTaken()
    {
        var type = NewName("own") + ".x";
        var made = await NewSubscriptionAsync(type);
        var other = (await Admin.PostAsync("/api/v1/tenants", new { name = NewName("tenant").Replace('_', '-') })).Is(HttpStatusCode.Created).Id;

        (await GetsAsync(made.Id, NewEvent(type))).Should().BeTrue();
        (await GetsAsync(made.Id, NewEvent(type, tenant: EntityId.TryParse<TenantId>(other, out var id) ? id : default))).Should().BeFalse();
    }

    [Test]
    public async Task Match_TenThousandSubscriptionsOnOneEvent_AreFoundPageByPageInOrder()
    {
        const int Count = 10_000;
        var type = NewName("crowd") + ".x";
        await FillAsync(type, Count);
        var atLeast = await Database.QueryScalarAsync<long>("SELECT number FROM webhooks.subscription_changes");
        var stored = NewEvent(type, new { n = 1 });

        var found = new List<SubscriptionId>();
        var watch = Stopwatch.StartNew();
        for (var after = default(SubscriptionId); ; after = found[^1])
        {
            var page = await Directory.MatchAsync(stored, after, 1_000, atLeast, CancellationToken.None);
            found.AddRange(page.Select(m => m.Id));
            if (page.Count < 1_000)
            {
                break;
            }
        }

        var first = watch.Elapsed;
        watch.Restart();
        (await Directory.MatchAsync(stored, default, Count, atLeast, CancellationToken.None)).Should().HaveCount(Count);
        TestContext.Out.WriteLine($"first, with reading them: {first.TotalMilliseconds:0} ms; again: {watch.Elapsed.TotalMilliseconds:0.0} ms");
        found.Should().HaveCount(Count).And.OnlyHaveUniqueItems();
        found.Select(id => id.ToString()).Should().BeInAscendingOrder(StringComparer.Ordinal);
        (await MatchAsync(NewEvent(type, new { n = 9 }))).Should().BeEmpty();
    }

    private async Task FillAsync(string type, int count)
    {
        var seals = Gateway.Services.GetRequiredService<SubscriptionSeals>();
        var definition = new SubscriptionDefinition("https://p.example", [type], Filter: """{"n":{"$lt":5}}""");
        await using var context = Database.CreateContext();
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        for (var i = 0; i < count; i++)
        {
            var id = new SubscriptionId(Guid.CreateVersion7());
            var made = Subscription.Create(id, null, definition, null, seals.Mint(id, 1).Sealed, DateTimeOffset.UnixEpoch);
            context.Add(made).Property(s => s.TenantId).CurrentValue = TenantId.Default;
        }

        await context.SaveChangesAsync();
        await Database.ExecuteAsync("""
            INSERT INTO platform.changes (topic, payload) SELECT 'subscriptions', 'sub_' || seq FROM generate_series(1, 1) seq;
            INSERT INTO platform.epochs (topic, value) VALUES ('subscriptions', 1) ON CONFLICT (topic) DO UPDATE SET value = platform.epochs.value + 1
            """);
        foreach (var chunk in context.ChangeTracker.Entries<Subscription>().Select(e => e.Entity.Id.ToString()).Chunk(1_000))
        {
            await Database.ExecuteAsync($"INSERT INTO platform.changes (topic, payload) SELECT 'subscriptions', unnest('{{{string.Join(',', chunk)}}}'::text[])");
        }

        await Database.ExecuteAsync("UPDATE platform.epochs SET value = value + 1 WHERE topic = 'subscriptions'");
    }
}
