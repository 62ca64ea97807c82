using System.Net;
using DataHub.Application.Abstractions;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using Microsoft.Extensions.DependencyInjection;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Sessions;

public class SignOutTests : SignInFixture
{
    [Test]
    public async Task Logout_BearerToken_EndsTheSessionAtOnceOnBothNodes()
    {
        var (client, signedIn, _) = await SignedInAsync();
        using var _1 = client;
        using var other = new PersonClient(OtherNode);
        other.Headers["Authorization"] = client.Headers["Authorization"];
        (await other.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);

        (await client.PostAsync("/api/v1/auth/logout")).Is(HttpStatusCode.NoContent);

        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
        await Eventually.TrueAsync(async () => (await other.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the other node forgets the session");
        (await client.PostAsync("/api/v1/auth/refresh", new { refreshToken = TokenOf(signedIn) })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
    }

    [Test]
    public async Task Logout_RefreshTokenAlone_EndsTheSession()
    {
        var (client, signedIn, _) = await SignedInAsync();
        using var _1 = client;
        using var anonymous = new PersonClient(OtherNode);

        (await anonymous.PostAsync("/api/v1/auth/logout", new { refreshToken = TokenOf(signedIn) })).Is(HttpStatusCode.NoContent);

        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the first node forgets the session");
        (await anonymous.PostAsync("/api/v1/auth/logout", new { refreshToken = "nonsense" })).Is(HttpStatusCode.NoContent);
        (await anonymous.PostAsync("/api/v1/auth/logout")).Is(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Sessions_OfThePerson_AreListedAndEnded()
    {
        var (_, email) = await NewPersonAsync();
        using var laptop = new PersonClient(Node);
        using var phone = new PersonClient(OtherNode);
        laptop.Headers["User-Agent"] = "laptop";
        phone.Headers["User-Agent"] = "phone";
        await laptop.SignInAsync(email, Password);
        var onPhone = await phone.SignInAsync(email, Password);
        var (stranger, _, _) = await SignedInAsync();
        using var _1 = stranger;

        var list = (await laptop.GetAsync("/api/v1/auth/sessions")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        list.Select(s => (s!["userAgent"]!.ToString(), (bool)s["current"]!)).Should().BeEquivalentTo([("phone", false), ("laptop", true)]);
        var path = $"/api/v1/auth/sessions/{onPhone.Data["sessionId"]}";
        (await stranger.DeleteAsync(path)).Is(HttpStatusCode.NotFound);
        (await phone.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        (await laptop.DeleteAsync(path)).Is(HttpStatusCode.NoContent);
        await Eventually.TrueAsync(async () => (await phone.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the session of the phone ends");
        await phone.SignInAsync(email, Password);
        (await laptop.DeleteAsync("/api/v1/auth/sessions")).Is(HttpStatusCode.NoContent);
        await Eventually.TrueAsync(async () => (await phone.GetAsync("/api/v1/auth/me")).Code == "session_ended", "all other sessions end");
        (await laptop.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Disable_ThePersonAndEnableItAgain_LeavesItsSessionsEnded()
    {
        var (client, signedIn, id) = await SignedInAsync();
        var (other, _, _) = await SignedInAsync();
        using var _1 = client;
        using var _2 = other;

        (await other.PostAsync($"/api/v1/users/{id}:disable")).Is(HttpStatusCode.OK);
        (await other.PostAsync($"/api/v1/users/{id}:enable")).Is(HttpStatusCode.OK);

        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the session has ended");
        (await client.PostAsync("/api/v1/auth/refresh", new { refreshToken = TokenOf(signedIn) })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
    }

    // What the poll is for: the other node hears nothing of the change, and compares the epoch.
    [Test]
    public async Task Logout_NotificationLost_IsNoticedByThePoll()
    {
        var (client, signedIn, _) = await SignedInAsync();
        using var _1 = client;
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        await Database.ExecuteAsync($"""
            UPDATE access.sessions SET ended_at = now() WHERE user_id = (SELECT id FROM access.users WHERE email = '{signedIn.Data["user"]!["email"]}');
            INSERT INTO platform.epochs (topic, value) VALUES ('{ChangeTopics.Sessions}', 1) ON CONFLICT (topic) DO UPDATE SET value = platform.epochs.value + 1
            """);
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);

        var directory = Node.Services.GetServices<IChangeHandler>().Single(h => h.Topic == ChangeTopics.Sessions);
        await directory.CatchUpAsync(CancellationToken.None);

        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
    }
}
