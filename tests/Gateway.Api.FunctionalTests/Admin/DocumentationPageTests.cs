using System.Net;
using System.Text.RegularExpressions;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Admin;

/// <summary>The page for people at <c>/docs</c>; what it looks like in a browser is tested in Console.BrowserTests.</summary>
[TestFixture]
public sealed partial class DocumentationPageTests
{
    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Get_Docs_IsHtmlThatLoadsTheDescriptionFromThisProcess()
    {
        using var response = await _gateway.Client.GetAsync("/docs");
        var html = await response.Content.ReadAsStringAsync();

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
        html.Should().Contain("data-document=\"/openapi/v1.json\"");
        Targets().Matches(html).Select(m => m.Groups[1].Value).Should().OnlyContain(target => target.StartsWith('/') || target == "data:,", "nothing comes from another host");
    }

    [Test]
    public async Task Get_EveryFileThatThePageNames_IsThereWithItsType()
    {
        var html = await _gateway.Client.GetStringAsync("/docs");
        foreach (var path in Targets().Matches(html).Select(m => m.Groups[1].Value).Where(t => t.StartsWith('/')).Distinct())
        {
            using var response = await _gateway.Client.GetAsync(path);
            response.StatusCode.Should().Be(HttpStatusCode.OK, path);
            response.Content.Headers.ContentType!.MediaType.Should().Be(Path.GetExtension(path) switch { ".js" => "text/javascript", ".css" => "text/css", _ => "application/json" });
        }
    }

    [TestCase("/docs")]
    [TestCase("/docs/start.js")]
    [TestCase("/docs/swagger-ui.css")]
    public async Task Get_AnyFile_AllowsNothingFromElsewhere(string path)
    {
        using var response = await _gateway.Client.GetAsync(path);

        response.Headers.GetValues("Content-Security-Policy").Should().ContainSingle().Which.Should()
            .StartWith("default-src 'none'; script-src 'self'; style-src 'self'").And.NotContain("http").And.NotContain("unsafe").And.NotContain("*");
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
    }

    [Test]
    public async Task Get_AFileThatIsKnown_IsNotSentAgain()
    {
        using var first = await _gateway.Client.GetAsync("/docs/swagger-ui-bundle.js");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/docs/swagger-ui-bundle.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _gateway.Client.SendAsync(again);

        second.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Targets();
}
