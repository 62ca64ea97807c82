using System.Net;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.SignIn;

public class PasswordSignInTests : SignInFixture
{
    [Test]
    public async Task Login_RightPassword_YieldsTokensOfTheSpecifiedLives()
    {
        var (id, email) = await NewPersonAsync("Developer");
        using var client = new PersonClient(Node);

        var answer = (await client.SignInAsync(email.ToUpperInvariant(), Password)).Is(HttpStatusCode.OK);

        answer.Headers["Cache-Control"].Should().Be("no-store");
        answer.Headers.Should().NotContainKey("Set-Cookie");
        answer.Data["tokenType"]!.ToString().Should().Be("Bearer");
        answer.Data["user"]!["id"]!.ToString().Should().Be(id.ToString());
        Until(answer, "accessExpiresAt").Should().BeCloseTo(TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(10));
        Until(answer, "refreshExpiresAt").Should().BeCloseTo(TimeSpan.FromDays(7), TimeSpan.FromSeconds(10));
        (await Database.QueryScalarAsync<bool>($"SELECT last_sign_in_at IS NOT NULL FROM access.users WHERE id = '{id.Value}'")).Should().BeTrue();

        var me = (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        me.Data["kind"]!.ToString().Should().Be("user");
        me.Data["user"]!["role"]!.ToString().Should().Be("developer");
        me.Data["permissions"]!.AsArray().Select(p => p!.ToString()).Should().Contain("keys:write").And.NotContain("users:read");
        (await client.GetAsync("/api/v1/consumers")).Is(HttpStatusCode.OK);
        (await client.PostAsync("/api/v1/tiers", new { name = "x", limits = Array.Empty<object>() })).Is(HttpStatusCode.Forbidden).Code.Should().Be("insufficient_permission");
    }

    [Test]
    public async Task Login_AnythingNotRight_GetsTheSameAnswer()
    {
        var (_, email) = await NewPersonAsync();
        var (_, disabled) = await NewPersonAsync(status: "Disabled");
        var (_, invited) = await NewPersonAsync(status: "Invited");
        var (_, elsewhere) = await NewPersonAsync(withPassword: false);
        using var client = new PersonClient(Node);

        var wrong = await client.SignInAsync(email, Password + "!");

        wrong.Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        foreach (var other in new[] { disabled, invited, elsewhere, NewEmail() })
        {
            Same(await client.SignInAsync(other, Password), wrong);
        }
    }

    [Test]
    public async Task Login_MalformedOrOversized_Is400AndNever500()
    {
        using var client = new PersonClient(Node);

        (await client.SignInAsync("", "")).Is(HttpStatusCode.BadRequest).Pointers.Should().BeEquivalentTo("/email", "/password");
        (await client.SignInAsync("a@b", new string('x', 1025))).Is(HttpStatusCode.BadRequest);
        (await client.PostAsync("/api/v1/auth/login", new { email = "a@b.example" })).Is(HttpStatusCode.BadRequest);
        (await client.PostAsync("/api/v1/auth/login?dryRun=true", new { email = "a@b.example", password = "x" })).Is(HttpStatusCode.BadRequest).Code.Should().Be("invalid_query");
        (await client.SignInAsync("nul\0@b.example", "password")).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/email");
        (await client.SignInAsync("nul@b.example", "pass\0word")).Is(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Login_WithIdempotencyKey_IsNotReplayed()
    {
        var (_, email) = await NewPersonAsync();
        using var client = new PersonClient(Node);
        client.Headers["Idempotency-Key"] = "the-same";

        var first = (await client.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
        client.Headers.Remove("Authorization");
        var second = (await client.SignInAsync(email, Password)).Is(HttpStatusCode.OK);

        TokenOf(second).Should().NotBe(TokenOf(first));
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM platform.idempotency_keys")).Should().Be(0);
    }

    [Test]
    public async Task Store_AfterASignIn_HoldsNoTokenInClear()
    {
        var (client, signedIn, _) = await SignedInAsync();
        client.Dispose();

        var rows = await Database.QueryScalarAsync<string>(
            "SELECT concat((SELECT string_agg(s::text, ' ') FROM access.sessions s), (SELECT string_agg(t::text, ' ') FROM access.refresh_tokens t))");

        rows.Should().NotContain(TokenOf(signedIn)).And.NotContain(TokenOf(signedIn, "accessToken"));
        var entropy = System.Buffers.Text.Base64Url.DecodeFromChars(TokenOf(signedIn).AsSpan(4));
        rows.Should().NotContain(Convert.ToHexString(entropy).ToLowerInvariant());
    }

    [Test]
    public async Task Me_WithAnAdminKey_TellsTheKey()
    {
        using var admin = await AdminClient.SetUpAsync(Node);

        var me = (await admin.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);

        me.Data["kind"]!.ToString().Should().Be("admin-key");
        me.Data["user"].Should().BeNull();
        (await admin.GetAsync("/api/v1/auth/sessions")).Is(HttpStatusCode.Forbidden);
    }

    private static TimeSpan Until(Answer answer, string name) => DateTimeOffset.Parse(answer.Data[name]!.ToString(), System.Globalization.CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow();

    private static void Same(Answer answer, Answer other)
    {
        answer.Status.Should().Be(other.Status);
        Without(answer).Should().Be(Without(other));
        answer.Headers.Keys.Should().BeEquivalentTo(other.Headers.Keys);
    }

    private static string Without(Answer answer)
    {
        var body = JsonNode.Parse(answer.Body.ToJsonString())!.AsObject();
        body.Remove("requestId");
        return body.ToJsonString();
    }
}
