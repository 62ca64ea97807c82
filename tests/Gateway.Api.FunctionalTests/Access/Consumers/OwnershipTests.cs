using System.Net;
using DataHub.Domain.Access.Users;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Consumers;

/// <summary>A developer manages what is theirs, and looks at the rest.</summary>
public class OwnershipTests : TenantFixture
{
    [Test]
    public async Task Developer_OwnConsumer_ManagesItAndItsKeys()
    {
        var user = await NewUserAsync(AcmeAdmin, "developer");
        using var developer = As(Role.Developer, Acme, userId: user);

        var consumer = (await developer.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "internal" })).Is(HttpStatusCode.Created);
        ((string?)consumer.Data["ownerUserId"]).Should().Be(user);
        var key = (await developer.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer.Id })).Is(HttpStatusCode.Created).Id;
        (await developer.PatchAsync($"/api/v1/keys/{key}", new { name = "renamed" })).Is(HttpStatusCode.OK);
        (await developer.PostAsync($"/api/v1/keys/{key}:revoke")).Is(HttpStatusCode.OK);
        (await developer.PatchAsync($"/api/v1/consumers/{consumer.Id}", new { owner = "me" })).Is(HttpStatusCode.OK);
        ((string?)(await developer.GetAsync($"/api/v1/consumers/{consumer.Id}")).Data["ownerUserId"]).Should().Be(user);
        (await AcmeAdmin.DeleteAsync($"/api/v1/users/{user}")).Is(HttpStatusCode.Conflict).Code.Should().Be("in_use");
        (await developer.DeleteAsync($"/api/v1/consumers/{consumer.Id}")).Is(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Developer_WhatIsSomebodyElses_IsSeenAndNotChanged()
    {
        using var developer = As(Role.Developer, Acme, userId: await NewUserAsync(AcmeAdmin, "developer"));
        var other = await NewUserAsync(AcmeAdmin, "developer");
        foreach (var owner in new[] { other, null })
        {
            var consumer = (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "internal", ownerUserId = owner })).Is(HttpStatusCode.Created).Id;
            var key = (await AcmeAdmin.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer })).Is(HttpStatusCode.Created).Id;

            (await developer.GetAsync($"/api/v1/keys/{key}")).Is(HttpStatusCode.OK);
            await RefusedAsync(developer.PostAsync($"/api/v1/keys/{key}:revoke"));
            await RefusedAsync(developer.PostAsync($"/api/v1/keys/{key}:disable"));
            await RefusedAsync(developer.PatchAsync($"/api/v1/keys/{key}", new { scopes = new[] { "*" } }));
            await RefusedAsync(developer.DeleteAsync($"/api/v1/keys/{key}"));
            await RefusedAsync(developer.PostAsync("/api/v1/keys", new { name = "k2", consumerId = consumer }));
            await RefusedAsync(developer.PatchAsync($"/api/v1/consumers/{consumer}", new { name = NewName() }));
            await RefusedAsync(developer.PostAsync($"/api/v1/consumers/{consumer}:suspend"));
            (await AcmeAdmin.GetAsync($"/api/v1/keys/{key}")).Data["status"]!.ToString().Should().Be("active");
        }
    }

    [Test]
    public async Task Developer_AdminConsumerOrKey_IsRefused()
    {
        using var developer = As(Role.Developer, Acme, userId: await NewUserAsync(AcmeAdmin, "developer"));

        await RefusedAsync(developer.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "admin" }));
    }

    [Test]
    public async Task Admin_GivesAConsumerToSomebody()
    {
        var user = await NewUserAsync(AcmeAdmin, "developer");
        using var developer = As(Role.Developer, Acme, userId: user);
        var consumer = (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "internal" })).Is(HttpStatusCode.Created).Id;
        await RefusedAsync(developer.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer }));

        (await AcmeAdmin.PatchAsync($"/api/v1/consumers/{consumer}", new { ownerUserId = user })).Is(HttpStatusCode.OK);

        (await developer.PostAsync("/api/v1/keys", new { name = "k", consumerId = consumer })).Is(HttpStatusCode.Created);
    }

    private static async Task RefusedAsync(Task<Answer> call) => (await call).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");

    // Somebody of the default tenant who works in every tenant owns what they make there, and is not one of its users.
    [Test]
    public async Task Consumer_OfAGlobalDeveloper_IsChangedByThemAndByTheTenantsAdministrator()
    {
        var user = await NewUserAsync(Admin, "developer", global: true);
        using var developer = As(Role.Developer, null, global: true, userId: user);
        var consumer = (await developer.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "internal" }, In(Acme))).Is(HttpStatusCode.Created);
        ((string?)consumer.Data["ownerUserId"]).Should().Be(user);

        (await developer.PatchAsync($"/api/v1/consumers/{consumer.Id}", new { owner = "me" }, In(Acme))).Is(HttpStatusCode.OK);
        (await AcmeAdmin.PatchAsync($"/api/v1/consumers/{consumer.Id}", new { owner = "us" })).Is(HttpStatusCode.OK);
        (await AcmeAdmin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "internal", ownerUserId = user })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/ownerUserId");
    }
}
