using System.Net;
using DataHub.Domain.SharedKernel;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.SingleSignOn;

/// <summary>A provider that a tenant has for its own people.</summary>
public class SsoTenantTests : SsoFixture
{
    private static readonly Guid Acme = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

#pragma warning disable NUnit1032 // The fixture has it started once; it is disposed once.
    private OidcProvider _provider = null!;
#pragma warning restore NUnit1032

    protected override async Task<string[]> ProviderSettingsAsync()
    {
        _provider = new OidcProvider(RedirectUri, new()
        {
            ["new"] = new("new@acme.example", true, "New Example"),
            ["own"] = new("own@acme.example", true, "Own Example"),
            ["global"] = new("global@operator.example", true, "Global Example"),
            ["operator"] = new("plain@operator.example", true, "Plain Example"),
            ["other"] = new("person@other.example", true, "Other Example"),
            ["moved"] = new("moved@acme.example", true, "Moved Example"),
        });
        await _provider.StartAsync();
        foreach (var (id, slug) in new[] { (Acme, "acme"), (Other, "other") })
        {
            await Database.ExecuteAsync($"INSERT INTO access.tenants (id, version, created_at, updated_at, name, display_name, hosts, metadata) VALUES ('{id}', 1, now(), now(), '{slug}', '', '{{}}', '{{}}')");
        }

        return
        [
            $"Sso:Providers:corp:Authority={_provider.Authority}",
            $"Sso:Providers:corp:ClientId={OidcProvider.ClientId}",
            $"Sso:Providers:corp:ClientSecret={OidcProvider.ClientSecret}",
            "Sso:Providers:corp:DefaultRole=Developer",
            $"Sso:Providers:corp:TenantId={new TenantId(Acme)}",
        ];
    }

    [OneTimeTearDown]
    public void StopProvider() => _provider?.Dispose();

    [Test]
    public async Task SignIn_NewPerson_IsMadeAUserOfTheTenant()
    {
        using var browser = Browser((await SignInAsync("new")).Is(HttpStatusCode.Redirect));

        (await TenantOfAsync("new@acme.example")).Should().Be(Acme);
    }

    [Test]
    public async Task SignIn_UserOfTheTenant_IsThatUser()
    {
        await AddUserAsync("own@acme.example", "active", Acme.ToString());

        using var browser = Browser((await SignInAsync("own")).Is(HttpStatusCode.Redirect));

        (await browser.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK).Data["user"]!["name"]!.ToString().Should().Be("Known Before");
    }

    // Whoever runs the tenant's provider can make an account with any address in it.
    [TestCase("global", "global@operator.example", null, true)]
    [TestCase("operator", "plain@operator.example", null, false)]
    [TestCase("other", "person@other.example", "other", false)]
    public async Task SignIn_AddressOfSomebodyOfAnotherTenant_IsNotAllowed(string login, string email, string? tenant, bool isGlobal)
    {
        await AddUserAsync(email, "active", (tenant is null ? TenantId.Default.Value : Other).ToString(), isGlobal);

        (await SignInAsync(login)).Is(HttpStatusCode.Forbidden).Code.Should().Be("sso_not_allowed");

        (await Database.QueryScalarAsync<long>($"SELECT count(*) FROM access.external_identities WHERE subject = '{login}'")).Should().Be(0);
        (await Database.QueryScalarAsync<bool>($"SELECT global FROM access.users WHERE email = '{email}'")).Should().Be(isGlobal);
    }

    [Test]
    public async Task SignIn_KnownPersonWhoBelongsToAnotherTenantNow_IsNotAllowed()
    {
        (await SignInAsync("moved")).Is(HttpStatusCode.Redirect);
        await Database.ExecuteAsync($"UPDATE access.users SET tenant_id = '{Other}' WHERE email = 'moved@acme.example'");

        (await SignInAsync("moved")).Is(HttpStatusCode.Forbidden).Code.Should().Be("sso_not_allowed");
    }

    private Task<Guid> TenantOfAsync(string email) => Database.QueryScalarAsync<Guid>($"SELECT tenant_id FROM access.users WHERE email = '{email}'");
}
