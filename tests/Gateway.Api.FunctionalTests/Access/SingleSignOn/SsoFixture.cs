using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.SingleSignOn;

/// <summary>Two nodes, and what a browser does between them and an identity provider.</summary>
public abstract class SsoFixture
{
    // Not where the nodes listen: the browser of these tests takes the path and goes to the node that it likes.
    protected const string PublicUrl = "http://gateway.test";

    protected TestDatabase Database { get; private set; } = null!;

    protected TestGateway Node { get; private set; } = null!;

    protected TestGateway OtherNode { get; private set; } = null!;

    protected static string RedirectUri => PublicUrl + "/api/v1/auth/sso/corp/callback";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Database = await TestDatabase.CreateAsync();
        string[] settings = [.. TestGateway.Patient, $"SignIn:PublicUrl={PublicUrl}", "Tokens:UnknownKeySeconds=1", "Tokens:TimeoutMilliseconds=20000", "IpRules:FailedAuthenticationsPerMinute=0", .. await ProviderSettingsAsync()];
        Node = await TestGateway.StartAsync(Database, settings);
        OtherNode = await TestGateway.StartAsync(Database, settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var node in new[] { Node, OtherNode }.Where(n => n is not null))
        {
            await node.DisposeAsync();
        }

        if (Database is not null)
        {
            await Database.DisposeAsync();
        }
    }

    /// <summary>Starts the provider; the settings say where it is.</summary>
    protected abstract Task<string[]> ProviderSettingsAsync();

    /// <summary>Begins: where the browser is sent, and the cookie that it keeps.</summary>
    protected async Task<(Uri Authorization, string Cookie)> BeginAsync(string query = "")
    {
        using var browser = new PersonClient(Node);
        var answer = (await browser.GetAsync("/api/v1/auth/sso/corp/start" + query)).Is(HttpStatusCode.Redirect);
        answer.Headers["Location"].Should().NotContain(" ", "browsers mend it, and others do not");
        return (new Uri(answer.Headers["Location"]), answer.Headers["Set-Cookie"].Split(';')[0]);
    }

    /// <summary>Follows the provider's redirection back to a node.</summary>
    protected static async Task<Answer> ReturnAsync(TestGateway node, Uri callback, string? cookie)
    {
        using var browser = new PersonClient(node);
        return await browser.GetAsync(callback.PathAndQuery, cookie is null ? [] : [("Cookie", cookie)]);
    }

    /// <summary>All of a sign-in at the provider that runs.</summary>
    protected async Task<Answer> SignInAsync(string login)
    {
        var (authorization, cookie) = await BeginAsync();
        return await ReturnAsync(Node, await OidcProvider.SignInAsync(authorization, login), cookie);
    }

    protected Task AddUserAsync(string email, string status, string tenant = "00000000-0000-7000-8000-000000000001", bool isGlobal = false) => Database.ExecuteAsync($"""
        INSERT INTO access.users (id, version, created_at, updated_at, tenant_id, email, email_key, name, role, global, status)
        VALUES (gen_random_uuid(), 1, now(), now(), '{tenant}', '{email}', '{email}', 'Known Before', 'viewer', {isGlobal}, '{status}')
        """);

    /// <summary>A browser with the cookies of an answer.</summary>
    protected PersonClient Browser(Answer answer)
    {
        var cookies = answer.Headers["Set-Cookie"].Split(", ").Where(c => c.StartsWith("datahub-", StringComparison.Ordinal)).Select(c => c.Split(';')[0]).Where(c => !c.EndsWith('='));
        var client = new PersonClient(OtherNode);
        client.Headers["Cookie"] = string.Join("; ", cookies);
        return client;
    }
}
