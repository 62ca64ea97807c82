using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Sessions;

public class CookieTests : SignInFixture
{
    private static readonly (string, string) Console = ("X-DataHub-Console", "1");
    private static readonly (string, string) BehindTls = ("X-Forwarded-Proto", "https");

    protected override string[] Settings => ["Edge:TrustedProxies=127.0.0.1"];

    [Test]
    public async Task Login_WithCookies_SetsThemAndKeepsTheTokensOutOfTheBody()
    {
        using var client = new PersonClient(Node);

        var answer = await SignInAsync(client);

        answer.Data["accessToken"].Should().BeNull();
        answer.Data["refreshToken"].Should().BeNull();
        foreach (var cookie in Set(answer).Values)
        {
            cookie.Should().Contain("httponly").And.Contain("samesite=strict").And.NotContain("secure").And.NotContain("domain");
        }

        Set(answer)["datahub-access"].Should().Contain("path=/api/v1;");
        Set(answer)["datahub-refresh"].Should().Contain("path=/api/v1/auth;");
    }

    [Test]
    public async Task Login_BehindTls_SetsSecureCookies()
    {
        using var client = new PersonClient(Node);

        var answer = await SignInAsync(client, BehindTls);

        Set(answer).Keys.Should().BeEquivalentTo("__Secure-datahub-access", "__Secure-datahub-refresh", "__Secure-datahub-device");
        Set(answer).Values.Should().OnlyContain(cookie => cookie.Contains("; secure", StringComparison.Ordinal));
        client.Headers["Cookie"] = Jar(answer);
        (await client.GetAsync("/api/v1/auth/me", BehindTls)).Is(HttpStatusCode.OK);
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Read_WithCookies_NeedsNothingElse()
    {
        using var client = new PersonClient(Node);
        client.Headers["Cookie"] = Jar(await SignInAsync(client));

        (await client.GetAsync("/api/v1/auth/me", ("Sec-Fetch-Site", "cross-site"))).Is(HttpStatusCode.OK);
    }

    [TestCase("Sec-Fetch-Site", "cross-site")]
    [TestCase("Sec-Fetch-Site", "same-site")]
    [TestCase("Sec-Fetch-Site", "none")]
    [TestCase("Origin", "https://evil.example")]
    [TestCase("Origin", "null")]
    [TestCase("X-DataHub-Console", null)]
    [TestCase("X-DataHub-Console", "0")]
    public async Task Write_ThatMayComeFromAnotherSite_IsRefusedAndDoesNothing(string header, string? value)
    {
        using var client = new PersonClient(Node);
        client.Headers["Cookie"] = Jar(await SignInAsync(client));
        var name = NewEmail();
        (string, string)[] headers = header == Console.Item1 && value is null ? [] : header == Console.Item1 ? [(header, value!)] : [Console, (header, value!)];

        (await client.PostAsync("/api/v1/consumers", new { name, segment = "partner" }, headers)).Is(HttpStatusCode.Forbidden).Code.Should().Be("csrf_refused");
        (await client.PostAsync("/api/v1/auth/refresh", null, headers)).Is(HttpStatusCode.Forbidden).Code.Should().Be("csrf_refused");
        (await client.PostAsync("/api/v1/auth/logout", null, headers)).Is(HttpStatusCode.Forbidden).Code.Should().Be("csrf_refused");
        (await client.PostAsync("/api/v1/auth/login", new { email = name, password = Password, cookies = true }, headers)).Is(HttpStatusCode.Forbidden);

        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM access.consumers WHERE name = '{name}'")).Should().Be(0);
    }

    [Test]
    public async Task Write_FromAPageOfTheConsole_IsDone()
    {
        using var client = new PersonClient(Node);
        client.Headers["Cookie"] = Jar(await SignInAsync(client));

        (await client.PostAsync("/api/v1/consumers", new { name = NewEmail(), segment = "partner" }, Console, ("Sec-Fetch-Site", "same-origin"))).Is(HttpStatusCode.Created);
        (await client.PostAsync("/api/v1/consumers", new { name = NewEmail(), segment = "partner" }, Console, ("Origin", Node.Address))).Is(HttpStatusCode.Created);
    }

    [Test]
    public async Task Refresh_WithCookies_RotatesThemAndSigningOutTakesThemAway()
    {
        using var client = new PersonClient(Node);
        var first = await SignInAsync(client);
        client.Headers["Cookie"] = Jar(first);

        var second = (await client.PostAsync("/api/v1/auth/refresh", null, Console)).Is(HttpStatusCode.OK);

        second.Data["refreshToken"].Should().BeNull();
        Set(second)["datahub-refresh"].Should().NotBe(Set(first)["datahub-refresh"]);
        client.Headers["Cookie"] = Jar(second);
        var gone = (await client.PostAsync("/api/v1/auth/logout", null, Console)).Is(HttpStatusCode.NoContent);
        Set(gone)["datahub-access"].Should().StartWith("datahub-access=;").And.Contain("expires=thu, 01 jan 1970");
        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("session_ended");
    }

    // A sibling domain can add a cookie of the same name; which of the two is ours cannot be told.
    [Test]
    public async Task Read_WithTwoAccessCookies_IsAnonymous()
    {
        using var client = new PersonClient(Node);
        var jar = Jar(await SignInAsync(client));
        client.Headers["Cookie"] = $"{jar}; {jar}";

        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_missing");
    }

    private async Task<Answer> SignInAsync(PersonClient client, params (string, string)[] headers)
    {
        var (_, email) = await NewPersonAsync();
        return (await client.PostAsync("/api/v1/auth/login", new { email, password = Password, cookies = true }, [Console, .. headers])).Is(HttpStatusCode.OK);
    }

    // Name to the whole cookie, in lower case but for its value.
    private static Dictionary<string, string> Set(Answer answer) =>
        answer.Headers["Set-Cookie"].Split(", ").Aggregate(new List<string>(), Join).ToDictionary(c => c.Split('=')[0], c => c.Split(';', 2)[0] + ";" + c.Split(';', 2)[1].ToLowerInvariant() + ";");

    // A date in Expires has a comma of its own.
    private static List<string> Join(List<string> cookies, string piece)
    {
        if (cookies.Count > 0 && cookies[^1].EndsWith("expires=" + cookies[^1][^3..], StringComparison.OrdinalIgnoreCase))
        {
            cookies[^1] += ", " + piece;
        }
        else
        {
            cookies.Add(piece);
        }

        return cookies;
    }

    private static string Jar(Answer answer) => string.Join("; ", Set(answer).Values.Select(c => c.Split(';')[0]));
}
