using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Sessions;

public class RefreshTests : SignInFixture
{
    private const string Path = "/api/v1/auth/refresh";

    // Twelve at once take turns on one row; a busy machine must not use up the time in which they may.
    protected override string[] Settings => ["Sessions:RepeatSeconds=60"];

    [Test]
    public async Task Refresh_CurrentToken_YieldsTheNextAndTheOldAccessTokenGoesOn()
    {
        var (client, first, _) = await SignedInAsync();
        using var _1 = client;

        var second = await RefreshAsync(client, TokenOf(first));

        second.Is(HttpStatusCode.OK).Data["sessionId"]!.ToString().Should().Be(first.Data["sessionId"]!.ToString());
        TokenOf(second).Should().NotBe(TokenOf(first));
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        client.Headers["Authorization"] = "Bearer " + TokenOf(second, "accessToken");
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
    }

    // The guarantee: a stolen refresh token that was used before is worth nothing, and neither is what followed from it.
    [Test]
    public async Task Refresh_OldTokenLater_EndsTheWholeFamilyOnBothNodes()
    {
        var (client, first, _) = await SignedInAsync();
        using var _1 = client;
        using var other = new PersonClient(OtherNode);
        var second = await RefreshAsync(client, TokenOf(first));
        other.Headers["Authorization"] = "Bearer " + TokenOf(second, "accessToken");
        (await other.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        await LaterAsync(first);

        (await RefreshAsync(client, TokenOf(first))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("refresh_reused");

        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
        await TestKit.Waiting.Eventually.TrueAsync(
            async () => (await other.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the other node hears of it");
        (await RefreshAsync(client, TokenOf(second))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
        (await Database.QueryScalarAsync<string>($"SELECT end_reason FROM access.sessions WHERE id = '{SessionOf(first)}'")).Should().Be("RefreshReused");
    }

    [Test]
    public async Task Refresh_OldTokenAtOnceByAnotherClient_EndsTheFamily()
    {
        var (client, first, _) = await SignedInAsync();
        using var _1 = client;
        using var thief = new PersonClient(OtherNode);
        thief.Headers["User-Agent"] = "another one";
        await RefreshAsync(client, TokenOf(first));

        (await RefreshAsync(thief, TokenOf(first))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("refresh_reused");
    }

    [Test]
    public async Task Refresh_TokenBeforeTheLastAtOnce_EndsTheFamily()
    {
        var (client, first, _) = await SignedInAsync();
        using var _1 = client;
        var second = await RefreshAsync(client, TokenOf(first));
        await RefreshAsync(client, TokenOf(second));

        (await RefreshAsync(client, TokenOf(first))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("refresh_reused");
    }

    [Test]
    public async Task Refresh_OldTokenAtOnceByTheSameClient_EndsTheFamily()
    {
        var (client, first, _) = await SignedInAsync();
        using var _1 = client;
        var second = await RefreshAsync(client, TokenOf(first));

        (await RefreshAsync(client, TokenOf(first))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("refresh_reused");

        (await RefreshAsync(client, TokenOf(second))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
    }

    [Test]
    public async Task Refresh_ManyAtOnceOnBothNodes_IsGoodOnceAndEndsTheFamily()
    {
        var (client, first, _) = await SignedInAsync();
        using var other = new PersonClient(OtherNode);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => RefreshAsync(i % 2 == 0 ? client : other, TokenOf(first))));
        client.Dispose();

        answers.Should().OnlyContain(a => a.Status == HttpStatusCode.OK || a.Code == "refresh_reused" || a.Code == "session_ended");
        answers.Should().ContainSingle(a => a.Status == HttpStatusCode.OK).And.ContainSingle(a => a.Code == "refresh_reused");
    }

    // Two tabs: both get the same successor, and the session is rotated once.
    [Test]
    public async Task Refresh_ManyAtOnceWithTheSameCookie_AllGetTheSameNextToken()
    {
        var (client, first, _) = await SignedInAsync();
        client.Dispose();
        using var tabs = new PersonClient(Node);
        (string, string)[] headers = [("Cookie", "datahub-refresh=" + TokenOf(first)), ("X-DataHub-Console", "1")];

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => tabs.PostAsync(Path, null, headers)));

        answers.Should().OnlyContain(a => a.Status == HttpStatusCode.OK);
        answers.Select(a => a.Headers["Set-Cookie"].Split("datahub-refresh=")[1].Split(';')[0]).Distinct().Should().ContainSingle();
        (await Database.QueryScalarAsync<int>($"SELECT generation FROM access.sessions WHERE id = '{SessionOf(first)}'")).Should().Be(2);
    }

    [TestCase("nonsense")]
    [TestCase("dhr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("dhr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task Refresh_UnknownToken_IsTokenInvalid(string token)
    {
        using var client = new PersonClient(Node);

        (await RefreshAsync(client, token)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("token_invalid");
    }

    [Test]
    public async Task Refresh_Expired_IsTokenExpired()
    {
        var (client, first, _) = await SignedInAsync();
        using var _1 = client;
        await Database.ExecuteAsync($"UPDATE access.sessions SET refresh_expires_at = now() - interval '1 second' WHERE id = '{SessionOf(first)}'");

        (await RefreshAsync(client, TokenOf(first))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("token_expired");
    }

    [Test]
    public async Task Refresh_DisabledPerson_IsSessionEnded()
    {
        var (client, first, id) = await SignedInAsync();
        using var _1 = client;
        await Database.ExecuteAsync($"UPDATE access.users SET status = 'disabled' WHERE id = '{id.Value}'");

        (await RefreshAsync(client, TokenOf(first))).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
    }

    private static Task<Answer> RefreshAsync(PersonClient client, string refreshToken) => client.PostAsync(Path, new { refreshToken });

    private static Guid SessionOf(Answer answer) =>
        DataHub.Domain.SharedKernel.EntityId.TryParse<DataHub.Domain.Access.Sessions.SessionId>(answer.Data["sessionId"]!.ToString(), out var id) ? id.Value : default;

    // As if the time in which a repetition is forgiven had passed.
    private Task LaterAsync(Answer first) => Database.ExecuteAsync($"UPDATE access.sessions SET refreshed_at = refreshed_at - interval '61 seconds' WHERE id = '{SessionOf(first)}'");
}
