using System.Net;
using System.Text.Json.Nodes;
using DataHub.Application.Access.KeyLifecycle;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.KeyLifecycle;

/// <summary>What the gateway tells of keys by itself: once, in time, and by one node.</summary>
public class KeyNoticeTests : AccessFixture
{
    [Test]
    public async Task Tell_KeyThatEnds_ToldOnceAtEachStep()
    {
        var key = await NewKeyAsync();
        await MoveEndAsync(key.Id, "10 days");
        await TellAsync();
        await TellAsync();
        (await EventsAsync("key.expiring", key.Id)).Should().ContainSingle();

        await MoveEndAsync(key.Id, "12 hours");
        await TellAsync();
        var told = await EventsAsync("key.expiring", key.Id);
        told.Should().HaveCount(2);
        ((string)told[1]["data"]!["reason"]!).Should().Contain("a day");

        await MoveEndAsync(key.Id, "-1 minute");
        await TellAsync();
        await TellAsync();
        (await EventsAsync("key.expired", key.Id)).Should().ContainSingle();
    }

    [Test]
    public async Task Tell_FarEndOrRevokedKey_SaysNothing()
    {
        var far = await NewKeyAsync();
        await MoveEndAsync(far.Id, "15 days");
        var revoked = await NewKeyAsync();
        await MoveEndAsync(revoked.Id, "1 day");
        await Admin.PostAsync($"/api/v1/keys/{revoked.Id}:revoke");

        await TellAsync();

        (await EventsAsync("key.expiring", far.Id)).Should().BeEmpty();
        (await EventsAsync("key.expiring", revoked.Id)).Should().BeEmpty();
    }

    [Test]
    public async Task Tell_ReplacedSecretNearItsEnd_NamesTheSecret()
    {
        var key = await NewKeyAsync();
        await Admin.PostAsync($"/api/v1/keys/{key.Id}:rotate", new { graceSeconds = 172_800 });
        await TellAsync();
        (await EventsAsync("key.expiring", key.Id)).Should().BeEmpty("the holder has just decided it");
        await Database.ExecuteAsync($"UPDATE access.api_key_secrets SET not_after = now() + interval '20 hours', replaced_at = now() - interval '28 hours' WHERE version = 1 AND api_key_id = '{Uuid(key.Id)}'");

        await TellAsync();

        var told = (await EventsAsync("key.expiring", key.Id)).Should().ContainSingle().Subject;
        ((int)told["data"]!["secretVersion"]!).Should().Be(1);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Tell_RotationDue_IsToldAndEndsTheSecretOnlyWhenEnforced(bool enforced)
    {
        var key = await NewKeyAsync();
        await Admin.PatchAsync($"/api/v1/keys/{key.Id}", new { rotation = new { everyDays = 30, graceSeconds = 86_400, enforced } });
        await TellAsync();
        (await EventsAsync("key.rotation_due", key.Id)).Should().BeEmpty();
        await AgeAsync(key.Id, 31);

        await TellAsync();
        await TellAsync();

        (await EventsAsync("key.rotation_due", key.Id)).Should().ContainSingle();
        var shown = (await Admin.GetAsync($"/api/v1/keys/{key.Id}")).Is(HttpStatusCode.OK).Data["secrets"]!.AsArray();
        (shown.Single()!["expiresAt"] is not null).Should().Be(enforced);
        (await Admin.PostAsync($"/api/v1/keys/{key.Id}:rotate", new { graceSeconds = 0 })).Is(HttpStatusCode.OK).Data["secrets"]![1]!["expiresAt"].Should().BeNull();
        await TellAsync();
        (await EventsAsync("key.rotation_due", key.Id)).Should().ContainSingle("the new secret is fresh");
    }

    [Test]
    public async Task Tell_ScheduleOfTheTier_HoldsForKeysWithoutTheirOwn()
    {
        var tier = (await Admin.PostAsync("/api/v1/tiers", new { name = NewName("tier"), limits = Array.Empty<object>() })).Is(HttpStatusCode.Created).Id;
        (await Admin.PutAsync($"/api/v1/tiers/{tier}/key-rotation", new { everyDays = 30 })).Is(HttpStatusCode.OK).Data["graceSeconds"]!.GetValue<int>().Should().Be(604_800);
        var consumer = await NewConsumerAsync();
        var inTier = (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = consumer, tierId = tier })).Id;
        var own = (await Admin.PostAsync("/api/v1/keys", new { name = NewName("key"), consumerId = consumer, tierId = tier, rotation = new { everyDays = 90 } })).Id;
        await AgeAsync(inTier, 31);
        await AgeAsync(own, 31);

        await TellAsync();

        (await EventsAsync("key.rotation_due", inTier)).Should().ContainSingle();
        (await EventsAsync("key.rotation_due", own)).Should().BeEmpty();
        (await Admin.GetAsync($"/api/v1/tiers/{tier}/key-rotation")).Is(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"/api/v1/tiers/{tier}/key-rotation")).Is(HttpStatusCode.NoContent);
        (await Admin.GetAsync($"/api/v1/tiers/{tier}/key-rotation")).Is(HttpStatusCode.NotFound);
        (await Admin.PutAsync($"/api/v1/tiers/{tier}/key-rotation", new { everyDays = 0 })).Is(HttpStatusCode.BadRequest);
        (await Admin.PutAsync("/api/v1/tiers/tier_00000000000000000000000000/key-rotation", new { everyDays = 1 })).Is(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Tell_SeveralNodesAtOnce_TellOnce()
    {
        var keys = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            keys.Add((await NewKeyAsync()).Id);
            await MoveEndAsync(keys[^1], "2 days");
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TellAsync()));
        await TellAsync();

        foreach (var key in keys)
        {
            (await EventsAsync("key.expiring", key)).Should().ContainSingle();
        }
    }

    private async Task TellAsync()
    {
        await using var scope = Gateway.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new TellDueNotices(200));
    }

    private Task MoveEndAsync(string id, string fromNow) =>
        Database.ExecuteAsync($"UPDATE access.api_keys SET expires_at = now() + interval '{fromNow}' WHERE id = '{Uuid(id)}'");

    private Task AgeAsync(string id, int days) =>
        Database.ExecuteAsync($"UPDATE access.api_key_secrets SET created_at = now() - interval '{days} days' WHERE api_key_id = '{Uuid(id)}'");

    private async Task<List<JsonNode>> EventsAsync(string type, string keyId)
    {
        await using var command = Database.DataSource.CreateCommand(
            $"SELECT convert_from(payload, 'UTF8') FROM webhooks.events WHERE type = '{type}' AND convert_from(payload, 'UTF8') LIKE '%{keyId}%' ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        var events = new List<JsonNode>();
        while (await reader.ReadAsync())
        {
            events.Add(JsonNode.Parse(reader.GetString(0))!);
        }

        return events;
    }

    private static Guid Uuid(string id) => EntityId.TryParse<ApiKeyId>(id, out var key) ? key.Value : throw new ArgumentException(id);
}
