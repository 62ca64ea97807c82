using System.Net;
using DataHub.Domain.Access.Users;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.OneTimeLinks;

public class LinkTests : SignInFixture
{
    private const string NewPassword = "a password that was chosen just now";

    private MailSink _mails = null!;
    private PersonClient _admin = null!;
    private TestGateway _mailing = null!;

    protected override string[] Settings => ["IpRules:FailedAuthenticationsPerMinute=0"];

    [OneTimeSetUp]
    public async Task SignInAsync()
    {
        var (_, email) = await NewPersonAsync();
        _admin = new PersonClient(Node);
        (await _admin.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
        _mails = new MailSink();
        _mailing = await TestGateway.StartAsync(
            Database, $"Mail:Host=127.0.0.1", $"Mail:Port={_mails.Port}", "Mail:StartTls=false", "Mail:From=gateway@example.com", "SignIn:PublicUrl=https://gateway.example.com/", "Passwords:Iterations=100000");
    }

    [OneTimeTearDown]
    public async Task SignOutAsync()
    {
        _admin.Dispose();
        await _mailing.DisposeAsync();
        _mails.Dispose();
    }

    [Test]
    public async Task Invitation_FromInvitingToSigningIn()
    {
        var email = NewEmail();
        var user = (await _admin.PostAsync("/api/v1/users", new { email, name = "New Person", role = "developer" })).Is(HttpStatusCode.Created);

        var link = (await _admin.PostAsync($"/api/v1/users/{user.Id}:invite")).Is(HttpStatusCode.OK);

        link.Data["mailedTo"].Should().BeNull();
        link.Data["url"]!.ToString().Should().StartWith("/console/set-password#purpose=invitation&token=dhl_");
        using var person = new PersonClient(OtherNode);
        (await person.SignInAsync(email, NewPassword)).Is(HttpStatusCode.Unauthorized);
        (await person.PostAsync("/api/v1/auth/invitations:accept", new { token = TokenIn(link), password = NewPassword })).Is(HttpStatusCode.NoContent);
        (await person.SignInAsync(email, NewPassword)).Is(HttpStatusCode.OK);
        (await _admin.GetAsync($"/api/v1/users/{user.Id}")).Data["status"]!.ToString().Should().Be("active");
        (await _admin.PostAsync($"/api/v1/users/{user.Id}:invite")).Is(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Link_UsedReplacedExpiredOrOfAnotherPurpose_DoesNotWork()
    {
        var (id, _) = await NewPersonAsync();
        var first = await ResetAsync(id);
        var second = await ResetAsync(id);

        await RefusedAsync(TokenIn(first));
        await RefusedAsync("dhl_" + new string('A', 43));
        await RefusedAsync(new string('x', 5000));
        await RefusedAsync(TokenIn(second), "/api/v1/auth/invitations:accept");
        (await RedeemAsync(TokenIn(second))).Is(HttpStatusCode.NoContent);
        await RefusedAsync(TokenIn(second));

        var third = await ResetAsync(id);
        await Database.ExecuteAsync($"UPDATE access.one_time_links SET expires_at = now() WHERE spent_at IS NULL AND user_id = '{id.Value}'");
        await RefusedAsync(TokenIn(third));
    }

    [Test]
    public async Task Link_ManyTimesAtOnce_WorksOnce()
    {
        var (id, _) = await NewPersonAsync();
        var token = TokenIn(await ResetAsync(id));

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RedeemAsync(token)));

        answers.Count(a => a.Status == HttpStatusCode.NoContent).Should().Be(1);
    }

    [Test]
    public async Task Reset_EndsAllSessionsAndKeepsTheLinkForABadPassword()
    {
        var (client, signedIn, id) = await SignedInAsync(OtherNode);
        using var _1 = client;
        var token = TokenIn(await ResetAsync(id));
        (await RedeemAsync(token, "short")).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/password");
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);

        (await RedeemAsync(token)).Is(HttpStatusCode.NoContent);

        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the sessions end on the other node");
        (await client.PostAsync("/api/v1/auth/refresh", new { refreshToken = TokenOf(signedIn) })).Is(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Forgot_KnownAndUnknown_GetTheSameAnswerAndOneMailIsSent()
    {
        var (_, email) = await NewPersonAsync();
        using var person = new PersonClient(_mailing);

        var known = (await person.PostAsync("/api/v1/auth/password:forgot", new { email })).Is(HttpStatusCode.Accepted);
        var unknown = (await person.PostAsync("/api/v1/auth/password:forgot", new { email = NewEmail() })).Is(HttpStatusCode.Accepted);
        (await person.PostAsync("/api/v1/auth/password:forgot", new { email })).Is(HttpStatusCode.Accepted);

        known.Headers.Keys.Should().BeEquivalentTo(unknown.Headers.Keys);
        await Eventually.TrueAsync(() => _mails.To(email).Any(), "the mail comes");
        var mail = _mails.To(email).Single();
        mail.Should().Contain("https://gateway.example.com/console/set-password#purpose=password-reset&token=dhl_");
        (await RedeemAsync(mail[mail.IndexOf("dhl_", StringComparison.Ordinal)..][..47])).Is(HttpStatusCode.NoContent);
        (await person.SignInAsync(email, NewPassword)).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Reset_WithAMailServer_IsMailedAndNotShown()
    {
        var (id, email) = await NewPersonAsync();
        using var admin = new PersonClient(_mailing);
        admin.Headers["Authorization"] = _admin.Headers["Authorization"];

        var link = (await admin.PostAsync($"/api/v1/users/{id}:reset-password")).Is(HttpStatusCode.OK);

        link.Data["url"].Should().BeNull();
        link.Data["mailedTo"]!.ToString().Should().Be(email);
        await Eventually.TrueAsync(() => _mails.To(email).Any(), "the mail comes");
    }

    // Whoever gets such a link can become that person.
    [Test]
    public async Task Reset_GlobalUserByAnAdministratorOfOneTenant_IsRefused()
    {
        var (id, _) = await NewPersonAsync();
        var (local, email) = await NewPersonAsync();
        await Database.ExecuteAsync($"UPDATE access.users SET global = false WHERE id = '{local.Value}'");
        using var admin = new PersonClient(Node);
        await admin.SignInAsync(email, Password);

        (await admin.PostAsync($"/api/v1/users/{id}:reset-password")).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
        (await admin.PostAsync($"/api/v1/users/{id}:reset-second-factor")).Is(HttpStatusCode.Forbidden);
        (await admin.DeleteAsync($"/api/v1/users/{id}/sessions")).Is(HttpStatusCode.Forbidden);
        (await admin.PostAsync($"/api/v1/users/{local}:reset-password")).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Disable_EndsTheSessionsOnBothNodesAtOnceAndARoleChangesWhatTheyMayDo()
    {
        var (client, _, id) = await SignedInAsync(OtherNode);
        using var _1 = client;
        var etag = (await _admin.GetAsync($"/api/v1/users/{id}")).ETag;
        (await client.GetAsync("/api/v1/users")).Is(HttpStatusCode.OK);

        (await _admin.SendAsync(HttpMethod.Patch, $"/api/v1/users/{id}", new { role = "viewer" }, ("If-Match", etag))).Is(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/v1/users")).Status == HttpStatusCode.Forbidden, "the role holds on the other node");
        (await _admin.PostAsync($"/api/v1/users/{id}:disable")).Is(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the session ends on the other node");
    }

    [Test]
    public async Task Sessions_OfAUser_AreListedAndEndedByAnAdministrator()
    {
        var (client, _, id) = await SignedInAsync(OtherNode);
        using var _1 = client;

        (await _admin.GetAsync($"/api/v1/users/{id}/sessions")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle();
        (await _admin.DeleteAsync($"/api/v1/users/{id}/sessions")).Is(HttpStatusCode.NoContent);

        await Eventually.TrueAsync(async () => (await client.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the session ends on the other node");
        (await _admin.GetAsync($"/api/v1/users/{UserId.From(Guid.CreateVersion7())}/sessions")).Is(HttpStatusCode.NotFound);
    }

    private async Task<Answer> ResetAsync(UserId id) => (await _admin.PostAsync($"/api/v1/users/{id}:reset-password")).Is(HttpStatusCode.OK);

    private async Task<Answer> RedeemAsync(string token, string password = NewPassword, string path = "/api/v1/auth/password:reset")
    {
        using var person = new PersonClient(OtherNode);
        return await person.PostAsync(path, new { token, password });
    }

    private async Task RefusedAsync(string token, string path = "/api/v1/auth/password:reset") =>
        (await RedeemAsync(token, path: path)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("link_invalid");

    private static string TokenIn(Answer link) => link.Data["url"]!.ToString().Split("token=")[1];
}
