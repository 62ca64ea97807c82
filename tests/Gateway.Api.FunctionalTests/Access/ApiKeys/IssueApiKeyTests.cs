using System.Net;
using System.Text.RegularExpressions;
using DataHub.Domain.Access.ApiKeys;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.ApiKeys;

public class IssueApiKeyTests : AccessFixture
{
    [Test]
    public async Task Post_ValidBody_ShowsTheSecretOnceAndNeverStoresIt()
    {
        var consumer = await NewConsumerAsync();

        var issued = await Admin.PostAsync("/api/v1/keys", new
        {
            name = "Acme production",
            consumerId = consumer,
            scopes = new[] { "orders:read", "invoices:*" },
            allowedIps = new[] { "203.0.113.0/24", "2001:DB8::/32", "198.51.100.7" },
            expiresAt = "2099-01-01T02:00:00+02:00",
            metadata = new { team = "blue" },
        });

        issued.Is(HttpStatusCode.Created);
        var secret = (string)issued.Body["secret"]!;
        KeyFormat.IsWellFormed(secret).Should().BeTrue();
        issued.Headers["Cache-Control"].Should().Be("no-store");
        issued.Headers["Location"].Should().Be($"/api/v1/keys/{issued.Id}");
        issued.ETag.Should().Be("\"1\"");
        ((string)issued.Body["secretNotice"]!).Should().Contain("once");

        var read = (await Admin.GetAsync($"/api/v1/keys/{issued.Id}")).Is(HttpStatusCode.OK);
        read.Body.ToJsonString().Should().NotContain(secret).And.NotContain("digest");
        read.ETag.Should().Be(issued.ETag);
        var key = read.Data;
        key["status"]!.ToString().Should().Be("active");
        key["environment"]!.ToString().Should().Be("live");
        key["consumerId"]!.ToString().Should().Be(consumer);
        key["prefix"]!.ToString().Should().Be(secret[..12]);
        key["last4"]!.ToString().Should().Be(secret[^4..]);
        key["allowedIps"]!.ToJsonString().Should().Be("""["203.0.113.0/24","2001:db8::/32","198.51.100.7"]""");
        key["expiresAt"]!.ToString().Should().StartWith("2099-01-01T00:00:00");
        key["metadata"]!["team"]!.ToString().Should().Be("blue");
        key["createdBy"]!.ToString().Should().StartWith("key_");
        key["secrets"]!.AsArray().Should().ContainSingle();
        Regex.IsMatch(issued.Id, "^key_[0-9a-z]{26}$").Should().BeTrue();

        var dump = await Database.QueryScalarAsync<string>(
            "SELECT (SELECT string_agg(k::text, ' ') FROM access.api_keys k) || (SELECT string_agg(s::text, ' ') FROM access.api_key_secrets s)");
        dump.Should().NotContain(secret).And.NotContain(secret[12..^4]);
    }

    [TestCase("""{"consumerId":"CON"}""", "/name", "validation_failed")]
    [TestCase("""{"name":"","consumerId":"CON"}""", "/name", "validation_failed")]
    [TestCase("""{"name":"x"}""", "/consumerId", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"con_0123456789abcdefghjkmnpqrs"}""", "/consumerId", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","scopes":["ok:read","Bad Scope"]}""", "/scopes/1", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","allowedIps":["10.0.0.1/8"]}""", "/allowedIps/0", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","allowedIps":["::1","010.0.0.1"]}""", "/allowedIps/1", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","expiresAt":"2001-01-01T00:00:00Z"}""", "/expiresAt", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","environment":"admin"}""", "/environment", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","environment":"prod"}""", "/environment", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","tierId":"gold"}""", "/tierId", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","metadata":{"k":null}}""", "/metadata", "validation_failed")]
    [TestCase("""{"name":"x","consumerId":"CON","scope":["a:b"]}""", "/scope", "unknown_field")]
    public async Task Post_MistakenField_Is400NamingIt(string body, string pointer, string code)
    {
        var answer = await Admin.PostAsync("/api/v1/keys", body.Replace("CON", await NewConsumerAsync(), StringComparison.Ordinal));

        answer.Is(HttpStatusCode.BadRequest);
        answer.Code.Should().Be(code);
        answer.Pointers.Should().Contain(pointer);
        answer.Headers["Content-Type"].Should().Be("application/problem+json");
    }

    [Test]
    public async Task Post_DryRun_ShowsTheKeyWithoutASecretAndWritesNothing()
    {
        var consumer = await NewConsumerAsync();

        var answer = await Admin.PostAsync("/api/v1/keys?dryRun=true", new { name = "maybe", consumerId = consumer });

        answer.Is(HttpStatusCode.OK);
        answer.Body["secret"].Should().BeNull();
        answer.Headers["DataHub-Dry-Run"].Should().Be("true");
        (await Admin.GetAsync($"/api/v1/keys/{answer.Id}")).Is(HttpStatusCode.NotFound);
        (await Admin.GetAsync($"/api/v1/consumers/{consumer}/keys")).Body["data"]!.AsArray().Should().BeEmpty();
    }

    [Test]
    public async Task PostUnderConsumer_UnknownConsumer_Is404()
    {
        (await Admin.PostAsync("/api/v1/consumers/con_0123456789abcdefghjkmnpqrs/keys", new { name = "x" })).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");
        (await Admin.PostAsync("/api/v1/consumers/nonsense/keys", new { name = "x" })).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found");
    }

    [Test]
    public async Task PostUnderConsumer_ConsumerOfThePath_IssuesToIt()
    {
        var consumer = await NewConsumerAsync();

        var issued = await Admin.PostAsync($"/api/v1/consumers/{consumer}/keys", new { name = "x", environment = "test" });

        issued.Is(HttpStatusCode.Created).Data["consumerId"]!.ToString().Should().Be(consumer);
        issued.Body["secret"]!.ToString().Should().StartWith("dh_test_");
    }
}
