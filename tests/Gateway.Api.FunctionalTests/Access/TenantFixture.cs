using System.Net;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Gateway.Api.Admin;
using DataHub.TestKit.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

/// <summary>One gateway with a global administrator and two tenants beside the default one, each with an administrator of its own.</summary>
public abstract class TenantFixture
{
    private static int s_names;

    protected TestDatabase Database { get; private set; } = null!;

    protected TestGateway Gateway { get; private set; } = null!;

    /// <summary>The global administrator, in the default tenant.</summary>
    protected AdminClient Admin { get; private set; } = null!;

    protected string Acme { get; private set; } = null!;

    protected string Globex { get; private set; } = null!;

    /// <summary>The administrator of the tenant acme.</summary>
    protected AdminClient AcmeAdmin { get; private set; } = null!;

    /// <summary>The administrator of the tenant globex.</summary>
    protected AdminClient GlobexAdmin { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Database = await TestDatabase.CreateAsync();
        Gateway = await TestGateway.StartAsync(Database, services => services.AddSingleton<IAdminCredential, StubPeople>(), [.. TestGateway.Patient, "RequestLogs:FlushMilliseconds=20", "SelfService:Public=approval", "Edge:TrustedProxies=127.0.0.1"]);
        Admin = await AdminClient.SetUpAsync(Gateway);
        Acme = (await Admin.PostAsync("/api/v1/tenants", new { name = "acme", hosts = new[] { "api.acme.example" } })).Is(HttpStatusCode.Created).Id;
        Globex = (await Admin.PostAsync("/api/v1/tenants", new { name = "globex", hosts = new[] { "*.globex.example" } })).Is(HttpStatusCode.Created).Id;
        AcmeAdmin = await TenantAdminAsync(Acme);
        GlobexAdmin = await TenantAdminAsync(Globex);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        AcmeAdmin?.Dispose();
        GlobexAdmin?.Dispose();
        Admin?.Dispose();
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        if (Database is not null)
        {
            await Database.DisposeAsync();
        }
    }

    protected static string NewName(string what = "thing") => $"{what}-{Interlocked.Increment(ref s_names)}";

    /// <summary>The header by which a global identity works in a tenant.</summary>
    protected static (string Name, string Value) In(string tenant) => (AdminAuthentication.TenantHeader, tenant);

    /// <summary>Calls as a person.</summary>
    protected AdminClient As(Role role, string? tenant = null, bool global = false, string? userId = null)
    {
        var client = AdminClient.As(Gateway, "");
        client.Http.DefaultRequestHeaders.Clear();
        client.Http.DefaultRequestHeaders.Add(StubPeople.Header, StubPeople.Person(role, tenant, global, userId));
        return client;
    }

    /// <summary>Makes a user of a tenant and hands out its id.</summary>
    protected async Task<string> NewUserAsync(AdminClient admin, string role, bool global = false) =>
        (await admin.PostAsync("/api/v1/users", new { email = $"{NewName("user")}@example.com", name = NewName(), role, global })).Is(HttpStatusCode.Created).Id;

    /// <summary>One of everything that a tenant can own, by the name of its collection.</summary>
    protected async Task<IReadOnlyDictionary<string, string>> OneOfEachAsync(AdminClient admin)
    {
        var ids = new Dictionary<string, string>
        {
            ["consumers"] = (await admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner" })).Is(HttpStatusCode.Created).Id,
            ["upstreams"] = (await admin.PostAsync("/api/v1/upstreams", new { name = NewName(), destinations = new[] { new { name = "one", url = "http://127.0.0.1:9" } } })).Is(HttpStatusCode.Created).Id,
            ["apis"] = (await admin.PostAsync("/api/v1/apis", new { name = "Shop", slug = NewName("shop") })).Is(HttpStatusCode.Created).Id,
            ["tiers"] = (await admin.PostAsync("/api/v1/tiers", new { name = NewName(), limits = Array.Empty<object>() })).Is(HttpStatusCode.Created).Id,
            ["issuers"] = (await admin.PostAsync("/api/v1/issuers", new { name = NewName(), issuer = "http://127.0.0.1:9", audiences = new[] { "gateway" } })).Is(HttpStatusCode.Created).Id,
            ["users"] = await NewUserAsync(admin, "developer"),
        };
        ids["keys"] = (await admin.PostAsync("/api/v1/keys", new { name = NewName(), consumerId = ids["consumers"] })).Is(HttpStatusCode.Created).Id;
        ids["routes"] = (await admin.PostAsync($"/api/v1/apis/{ids["apis"]}/routes", new { name = NewName(), upstreamId = ids["upstreams"] })).Is(HttpStatusCode.Created).Id;
        return ids;
    }

    private async Task<AdminClient> TenantAdminAsync(string tenant)
    {
        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName("administrators"), segment = "admin" }, In(tenant))).Is(HttpStatusCode.Created).Id;
        var key = (await Admin.PostAsync("/api/v1/keys", new { name = "admin", consumerId = consumer, environment = "admin" }, In(tenant))).Is(HttpStatusCode.Created);
        return AdminClient.As(Gateway, (string)key.Body["secret"]!);
    }
}
