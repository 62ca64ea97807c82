using System.Net;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.SingleSignOn;

/// <summary>Against a real provider that is not ours.</summary>
public class SsoTests : SsoFixture
{
#pragma warning disable NUnit1032 // The fixture has it started once; it is disposed once.
    private OidcProvider _provider = null!;
#pragma warning restore NUnit1032

    protected override async Task<string[]> ProviderSettingsAsync()
    {
        _provider = new OidcProvider(RedirectUri, new()
        {
            ["alice"] = new("alice@example.com", true, "Alice Example", "gateway-admins", "staff"),
            ["bob"] = new("bob@example.com", true, "Bob Example", "staff"),
            ["carol"] = new("carol@example.com", true, "Carol Example"),
            ["mallory"] = new("victim@example.com", false, "Mallory Example", "staff"),
            ["ivan"] = new("invited@example.com", true, "Ivan Example", "staff"),
            ["dora"] = new("disabled@example.com", true, "Dora Example", "staff"),
        });
        await _provider.StartAsync();
        return
        [
            $"Sso:Providers:corp:Authority={_provider.Authority}",
            $"Sso:Providers:corp:ClientId={OidcProvider.ClientId}",
            $"Sso:Providers:corp:ClientSecret={OidcProvider.ClientSecret}",
            "Sso:Providers:corp:DisplayName=The Corporation",
            "Sso:Providers:corp:Scopes=openid profile email groups",
            "Sso:Providers:corp:Roles:0:Group=gateway-admins",
            "Sso:Providers:corp:Roles:0:Role=Admin",
            "Sso:Providers:corp:Roles:0:Global=true",
            "Sso:Providers:corp:Roles:1:Group=staff",
            "Sso:Providers:corp:Roles:1:Role=Viewer",
        ];
    }

    [OneTimeTearDown]
    public void StopProvider() => _provider?.Dispose();

    [Test, Order(1)]
    public async Task SignIn_PersonOfAMappedGroup_IsMadeAUserWithItsRole()
    {
        var (authorization, cookie) = await BeginAsync("?returnTo=/console/keys");
        authorization.Query.Should().Contain("code_challenge_method=S256").And.Contain("nonce=").And.Contain("state=");

        // Begun on one node, finished on another.
        var answer = (await ReturnAsync(OtherNode, await OidcProvider.SignInAsync(authorization, "alice"), cookie)).Is(HttpStatusCode.Redirect);

        answer.Headers["Location"].Should().Be("/console/keys");
        answer.Headers["Set-Cookie"].ToLowerInvariant().Should().Contain("datahub-access=").And.Contain("httponly").And.Contain("samesite=strict");
        using var browser = Browser(answer);
        var me = (await browser.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        me.Data["user"]!["email"]!.ToString().Should().Be("alice@example.com");
        me.Data["user"]!["name"]!.ToString().Should().Be("Alice Example");
        me.Data["user"]!["role"]!.ToString().Should().Be("admin");
        me.Data["global"]!.GetValue<bool>().Should().BeTrue();
        (await browser.GetAsync("/api/v1/auth/sessions")).Body["data"]![0]!["method"]!.ToString().Should().Be("sso:corp");
        (await browser.GetAsync("/api/v1/users")).Is(HttpStatusCode.OK);
    }

    [Test, Order(2)]
    public async Task SignIn_Again_IsTheSameUserWithTheRoleOfTheGroup()
    {
        (await SignInAsync("bob")).Is(HttpStatusCode.Redirect);
        await Database.ExecuteAsync("UPDATE access.users SET role = 'admin', email = 'other@example.com', email_key = 'other@example.com' WHERE email = 'bob@example.com'");

        using var browser = Browser((await SignInAsync("bob")).Is(HttpStatusCode.Redirect));

        var me = await browser.GetAsync("/api/v1/auth/me");
        me.Data["user"]!["email"]!.ToString().Should().Be("other@example.com", "the subject decides, not the address");
        me.Data["user"]!["role"]!.ToString().Should().Be("viewer");
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM access.external_identities WHERE subject = 'bob'")).Should().Be(1);
    }

    [Test, Order(3)]
    public async Task SignIn_PersonOfNoMappedGroup_IsNotAllowedAndNotMade()
    {
        (await SignInAsync("carol")).Is(HttpStatusCode.Forbidden).Code.Should().Be("sso_not_allowed");
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM access.users WHERE email = 'carol@example.com'")).Should().Be(0);
    }

    [Test, Order(3)]
    public async Task Audit_OfWhatAPersonDoes_NamesTheirSubjectAtTheProvider()
    {
        var alice = $"{_provider.Authority} alice";
        using var browser = Browser((await SignInAsync("alice")).Is(HttpStatusCode.Redirect));
        var consumer = (await browser.PostAsync("/api/v1/consumers", new { name = "Made by Alice", segment = "partner" }, ("X-DataHub-Console", "1"))).Is(HttpStatusCode.Created).Id;
        (await browser.PostAsync("/api/v1/auth/refresh", null, ("X-DataHub-Console", "1"))).Is(HttpStatusCode.OK);

        var made = (await browser.GetAsync($"/api/v1/audit?resource={consumer}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray().Should().ContainSingle().Subject!;

        ((string)made["actor"]!["subject"]!).Should().Be(alice);
        var all = (await browser.GetAsync($"/api/v1/audit?actor={made["actor"]!["id"]}")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();
        all.Should().OnlyContain(r => (string?)r!["actor"]!["subject"] == alice);
        all.Select(r => (string)r!["action"]!).Should().Contain(new[] { "consumer.create", "session.sign-in", "session.refresh" });
    }

    [Test, Order(3)]
    public async Task Audit_OfASignOut_NamesWhoseSessionItWas()
    {
        var alice = $"{_provider.Authority} alice";
        using var gone = Browser((await SignInAsync("alice")).Is(HttpStatusCode.Redirect));
        using var browser = Browser((await SignInAsync("alice")).Is(HttpStatusCode.Redirect));
        (await gone.PostAsync("/api/v1/auth/logout", null, ("X-DataHub-Console", "1"))).Is(HttpStatusCode.NoContent);

        var records = (await browser.GetAsync("/api/v1/audit?action=session.sign-out")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        var record = records.Should().ContainSingle().Subject!;
        ((string)record["actor"]!["kind"]!).Should().Be("user");
        ((string)record["actor"]!["subject"]!).Should().Be(alice);
    }

    [Test, Order(3)]
    public async Task Audit_OfARefusedPerson_NamesTheirSubjectAtTheProvider()
    {
        var carol = $"{_provider.Authority} carol";
        (await SignInAsync("carol")).Is(HttpStatusCode.Forbidden);
        using var browser = Browser((await SignInAsync("alice")).Is(HttpStatusCode.Redirect));

        var refused = (await browser.GetAsync("/api/v1/audit?action=session.sign-in&result=denied")).Is(HttpStatusCode.OK).Body["data"]!.AsArray();

        refused.Should().Contain(r => (string?)r!["actor"]!["subject"] == carol);
    }

    // Whoever can write an address at the provider must not become whom it belongs to here.
    [Test, Order(3)]
    public async Task SignIn_UnverifiedAddressOfSomebodyElse_IsNotAllowed()
    {
        await AddUserAsync("victim@example.com", "active");

        (await SignInAsync("mallory")).Is(HttpStatusCode.Forbidden).Code.Should().Be("sso_not_allowed");
        (await Database.QueryScalarAsync<long>("SELECT count(*) FROM access.external_identities WHERE subject = 'mallory'")).Should().Be(0);
    }

    [Test, Order(3)]
    public async Task SignIn_InvitedPerson_IsActiveAfterwardsAndADisabledOneIsNotAllowed()
    {
        await AddUserAsync("invited@example.com", "invited");
        await AddUserAsync("disabled@example.com", "disabled");

        (await SignInAsync("ivan")).Is(HttpStatusCode.Redirect);
        (await Database.QueryScalarAsync<string>("SELECT status FROM access.users WHERE email = 'invited@example.com'")).Should().Be("active");
        (await SignInAsync("dora")).Is(HttpStatusCode.Forbidden).Code.Should().Be("sso_not_allowed");
    }

    [Test, Order(3)]
    public async Task Callback_ThatThisBrowserDidNotBegin_IsRefused()
    {
        var (authorization, cookie) = await BeginAsync();
        var (_, another) = await BeginAsync();
        var callback = await OidcProvider.SignInAsync(authorization, "alice");

        (await ReturnAsync(Node, callback, null)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("sso_failed");
        (await ReturnAsync(Node, callback, another)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("sso_failed");
        (await ReturnAsync(Node, callback, cookie + "A")).Is(HttpStatusCode.Unauthorized);
        (await ReturnAsync(Node, callback, another.Split('=')[0][..^8] + cookie[(cookie.IndexOf('=', StringComparison.Ordinal) - 8)..])).Is(HttpStatusCode.Redirect);
    }

    [Test, Order(3)]
    public async Task Callback_Twice_IsRefusedTheSecondTime()
    {
        var (authorization, cookie) = await BeginAsync();
        var callback = await OidcProvider.SignInAsync(authorization, "alice");
        (await ReturnAsync(Node, callback, cookie)).Is(HttpStatusCode.Redirect);

        (await ReturnAsync(OtherNode, callback, cookie)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("sso_failed");
    }

    // The code of another sign-in, put into this browser's answer: PKCE and the nonce tie it to the browser that began.
    [Test, Order(3)]
    public async Task Callback_WithTheCodeOfAnotherSignIn_IsRefused()
    {
        var (victim, _) = await BeginAsync();
        var stolen = System.Web.HttpUtility.ParseQueryString((await OidcProvider.SignInAsync(victim, "alice")).Query)["code"];
        var (own, cookie) = await BeginAsync();
        var query = System.Web.HttpUtility.ParseQueryString((await OidcProvider.SignInAsync(own, "bob")).Query);
        query["code"] = stolen;

        (await ReturnAsync(Node, new Uri($"{RedirectUri}?{query}"), cookie)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("sso_failed");
    }

    [Test, Order(3)]
    public async Task Callback_WithAnErrorOrFromAnotherIssuer_IsRefused()
    {
        var (authorization, cookie) = await BeginAsync();
        var state = System.Web.HttpUtility.ParseQueryString(authorization.Query)["state"];
        (await ReturnAsync(Node, new Uri($"{RedirectUri}?error=access_denied&state={state}"), cookie)).Is(HttpStatusCode.Unauthorized).Body["detail"]!.ToString().Should().Contain("access_denied");
        (await ReturnAsync(Node, new Uri($"{RedirectUri}?error=%3Cscript%3E&state={state}"), cookie)).Body["detail"]!.ToString().Should().NotContain("script");
        (await ReturnAsync(Node, new Uri($"{RedirectUri}?code=x&state={state}&iss=https%3A%2F%2Fevil.example"), cookie)).Is(HttpStatusCode.Unauthorized);
        (await ReturnAsync(Node, new Uri($"{RedirectUri}?code=x&state={state}"), cookie)).Is(HttpStatusCode.Unauthorized);
    }

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example")]
    [TestCase("/\\evil.example")]
    [TestCase("console")]
    [TestCase("/a%0d%0aSet-Cookie:x")]
    [Order(3)]
    public async Task Start_ReturnToAnotherHost_IsRefused(string returnTo)
    {
        using var browser = new PersonClient(Node);

        (await browser.GetAsync("/api/v1/auth/sso/corp/start?returnTo=" + returnTo)).Is(HttpStatusCode.BadRequest).Code.Should().Be("invalid_query");
    }

    [Test, Order(3)]
    public async Task List_TellsTheProvidersAndUnknownOnesAre404()
    {
        using var browser = new PersonClient(Node);

        (await browser.GetAsync("/api/v1/auth/sso")).Is(HttpStatusCode.OK).Body["data"]!.ToJsonString().Should().Be("""[{"name":"corp","displayName":"The Corporation"}]""");
        (await browser.GetAsync("/api/v1/auth/sso/nobody/start")).Is(HttpStatusCode.NotFound);
        (await browser.GetAsync("/api/v1/auth/sso/nobody/callback?code=x&state=y")).Is(HttpStatusCode.Unauthorized);
    }

    [Test, Order(100)]
    public async Task SignIn_AfterTheProviderChangedItsKeys_Works()
    {
        (await SignInAsync("alice")).Is(HttpStatusCode.Redirect);
        _provider.Stop();
        await _provider.StartAsync(claimsInIdToken: true);

        (await SignInAsync("alice")).Is(HttpStatusCode.Redirect);
    }

    [Test, Order(101)]
    public async Task SignIn_WhileTheProviderIsAway_Is503AndSessionsGoOn()
    {
        using var browser = Browser((await SignInAsync("alice")).Is(HttpStatusCode.Redirect));
        var (authorization, cookie) = await BeginAsync();
        var callback = await OidcProvider.SignInAsync(authorization, "alice");
        _provider.Stop();

        (await ReturnAsync(Node, callback, cookie)).Is(HttpStatusCode.ServiceUnavailable).Code.Should().Be("identity_provider_unavailable");
        (await BeginAsync()).Authorization.Authority.Should().Be(new Uri(_provider.Authority).Authority, "what it said of itself is remembered");
        (await browser.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        (await browser.PostAsync("/api/v1/auth/refresh", null, ("X-DataHub-Console", "1"))).Is(HttpStatusCode.OK);

        await _provider.StartAsync("ES256");
        await Eventually.TrueAsync(async () => (await SignInAsync("alice")).Status == HttpStatusCode.Redirect, "people sign in again once the provider is back");
    }
}
