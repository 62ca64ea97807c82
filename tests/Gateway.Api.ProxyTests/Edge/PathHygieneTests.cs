using System.Text.Json.Nodes;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

/// <summary>Paths that two servers could read differently reach no route; a guarded path meets its guard however it is spelt.</summary>
public class PathHygieneTests : ProxyTests
{
    protected override Task ArrangeAsync() =>
        Scenario.AddRouteAsync(ApiId, UpstreamId, new JsonObject { ["name"] = "admin", ["path"] = "/admin/{**rest}", ["requiredScopes"] = new JsonArray("secret:all") });

    [TestCase("/gateway/raw//admin/x")]
    [TestCase("/gateway/raw/x/../admin/x")]
    [TestCase("/gateway/raw/x/%2e%2e/admin/x")]
    [TestCase("/gateway/raw/x/.%2E/admin/x")]
    [TestCase("/gateway/raw/x%2f..%2fadmin")]
    [TestCase("/gateway/raw/x/..%2fadmin")]
    [TestCase("/gateway/raw/x%5c..%5cadmin")]
    [TestCase("/gateway/raw/x\\..\\admin")]
    [TestCase("/gateway/raw/admin;a=b/x")]
    [TestCase("/gateway/raw/x/..;/admin/x")]
    [TestCase("/gateway/raw/x/%252e%252e/admin")]
    [TestCase("/gateway/raw/admin%00/x")]
    public async Task Get_AmbiguousPath_IsRefusedBeforeAnyRoute(string target)
    {
        var answer = await GetAsync(target);

        answer.Status.Should().Be(400, answer.Text);
        Upstream.Requests.Should().BeEmpty();
    }

    [TestCase("/gateway/raw/ADMIN/x")]
    [TestCase("/GATEWAY/RAW/Admin/x")]
    [TestCase("/gateway/raw/admin")]
    [TestCase("/gateway/raw/%61dmin/x")]
    public async Task Get_GuardedPathSpeltDifferently_MeetsTheGuardedRoute(string target)
    {
        var answer = await GetAsync(target);

        answer.Status.Should().Be(403, answer.Text);
        answer.Body.Should().Contain("insufficient_scope").And.Contain("secret:all");
        Upstream.Requests.Should().BeEmpty();
    }
}
