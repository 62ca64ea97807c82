using System.Text.Json.Nodes;
using DataHub.Domain.Access.Tokens;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.Infrastructure.Outbound;
using DataHub.TestKit.Identity;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Tokens;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class KeySetFetcherTests
{
    private TestIdentityProvider _provider = null!;
    private OutboundClient _client = null!;

    private IssuerDefinition Discovery => new("id", _provider.Address, Audiences: ["gateway"]);

    private IssuerDefinition Jwks => new("id", "https://id.example", IssuerKind.Jwks, _provider.JwksUrl, Audiences: ["gateway"]);

    [SetUp]
    public async Task StartAsync()
    {
        _provider = await TestIdentityProvider.StartAsync();
        _provider.Keys.Add(new SigningKey("k1", "ES256"));
        _client = new OutboundClient(new OutboundGuard(Options.Create(new OutboundOptions())), TimeProvider.System);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _provider.DisposeAsync();
    }

    [Test]
    public async Task Fetch_DiscoveryAndUrl_BringTheKeys()
    {
        (await FetchAsync(Discovery)).Should().NotBeEmpty();
        (await FetchAsync(Jwks)).Should().NotBeEmpty();
        _provider.Asked.Should().Equal("/.well-known/openid-configuration", "/jwks", "/jwks");
    }

    [Test]
    public async Task Fetch_ProviderWithoutOpenId_IsFoundByOAuthMetadata()
    {
        AnswerTo("/.well-known/openid-configuration", 404, "");
        AnswerTo("/.well-known/oauth-authorization-server", 200, new JsonObject { ["issuer"] = _provider.Address, ["jwks_uri"] = _provider.JwksUrl }.ToJsonString());

        (await FetchAsync(Discovery)).Should().NotBeEmpty();
    }

    [Test]
    public async Task Fetch_DocumentOfAnotherIssuer_IsRefused()
    {
        AnswerTo("/.well-known/openid-configuration", 200, new JsonObject { ["issuer"] = "https://evil.example", ["jwks_uri"] = _provider.JwksUrl }.ToJsonString());

        await Refused(Discovery);
        _provider.Count("/jwks").Should().Be(0);
    }

    [TestCase("\"file:///etc/passwd\"")]
    [TestCase("\"/jwks\"")]
    [TestCase("7")]
    [TestCase("null")]
    [TestCase("\"http://169.254.169.254/latest/meta-data\"")]
    public async Task Fetch_KeysAtAPlaceThatMayNotBeAsked_IsRefused(string uri)
    {
        AnswerTo("/.well-known/openid-configuration", 200, $$"""{"issuer":"{{_provider.Address}}","jwks_uri":{{uri}}}""");

        await Refused(Discovery);
    }

    [TestCase(301)]
    [TestCase(302)]
    [TestCase(307)]
    [TestCase(500)]
    [TestCase(204)]
    public async Task Fetch_RedirectOrError_IsRefused(int status)
    {
        AnswerTo("/jwks", status, "");

        await Refused(Jwks);
        _provider.Asked.Should().Equal("/jwks");
    }

    [Test]
    public async Task Fetch_OversizedAnswer_IsCutOff()
    {
        _provider.Misbehave = async context =>
        {
            await context.Response.WriteAsync("{\"keys\":[],\"x\":\"" + new string('x', 300 * 1024) + "\"}");
            return true;
        };

        (await Refused(Jwks)).Should().Contain("more than");
    }

    [Test]
    public async Task Fetch_SlowAnswer_IsGivenUp()
    {
        _provider.Misbehave = async context =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30));
            await timer.WaitForNextTickAsync(context.RequestAborted);
            return true;
        };

        (await Refused(Jwks, timeoutMilliseconds: 500)).Should().Contain("no answer within");
    }

    [Test]
    public async Task Fetch_NobodyListens_IsRefused() => await Refused(Jwks with { JwksUrl = "http://127.0.0.1:9/jwks" });

    private void AnswerTo(string path, int status, string body)
    {
        var before = _provider.Misbehave;
        _provider.Misbehave = async context =>
        {
            if (context.Request.Path != path)
            {
                return before is not null && await before(context);
            }

            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            if (body.Length > 0)
            {
                await context.Response.WriteAsync(body);
            }

            return true;
        };
    }

    private Task<byte[]> FetchAsync(IssuerDefinition issuer, int timeoutMilliseconds = 30_000) =>
        new KeySetFetcher(_client, Options.Create(new TokensOptions { TimeoutMilliseconds = timeoutMilliseconds })).FetchAsync(issuer);

    private async Task<string> Refused(IssuerDefinition issuer, int timeoutMilliseconds = 30_000)
    {
        var fetch = () => FetchAsync(issuer, timeoutMilliseconds);
        return (await fetch.Should().ThrowAsync<OutboundException>()).Which.Message;
    }
}
