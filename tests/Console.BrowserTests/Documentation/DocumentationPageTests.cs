using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Microsoft.Playwright;
using NUnit.Framework;

namespace DataHub.Console.BrowserTests.Documentation;

[TestFixture]
public sealed class DocumentationPageTests
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;
    private Browser _browser = null!;

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

    [SetUp]
    public async Task StartBrowserAsync() => _browser = await Browser.StartAsync();

    [TearDown]
    public async Task StopBrowserAsync() => await _browser.DisposeAsync();

    [Test]
    public async Task Open_Docs_ShowsEveryOperationWithoutAComplaintOrAnotherHost()
    {
        var expected = await OperationsAsync();

        var page = await _browser.OpenAsync($"{_gateway.Address}/docs");
        var shown = await ScrolledThroughAsync(page, expected.Count);

        shown.Should().BeEquivalentTo(expected);
        _browser.Complaints.Should().BeEmpty();
        _browser.Requests.Where(r => r.Scheme != "data").Should().OnlyContain(r => r.GetLeftPart(UriPartial.Authority) == _gateway.Address);
    }

    [Test]
    public async Task TryItOut_AnOperation_ShowsTheAnswerOfThisGateway()
    {
        var page = await _browser.OpenAsync($"{_gateway.Address}/docs");
        var operation = page.Locator(".opblock", new PageLocatorOptions { Has = page.Locator("[data-path='/api/v1/setup']"), HasText = "GET" });

        await operation.Locator(".opblock-summary-control").ClickAsync();
        await operation.GetByText("Try it out").ClickAsync();
        await operation.GetByText("Execute").ClickAsync();
        await operation.Locator(".live-responses-table").WaitForAsync();

        (await operation.Locator(".live-responses-table .response-col_status").Last.InnerTextAsync()).Should().StartWith("200");
        (await operation.Locator(".live-responses-table").InnerTextAsync()).Should().Contain("\"data\"");
        _browser.Complaints.Should().BeEmpty();
    }

    // Swagger UI keeps only the part of a long list that is in view in the page, as a person sees it: the wheel brings the rest.
    private static async Task<HashSet<string>> ScrolledThroughAsync(IPage page, int count)
    {
        var shown = new HashSet<string>();
        await page.Locator(".opblock").First.WaitForAsync();
        for (var turn = 0; turn < 200 && shown.Count < count; turn++)
        {
            shown.UnionWith(await page.Locator(".opblock").EvaluateAllAsync<string[]>(
                "all => all.map(o => o.querySelector('.opblock-summary-method').innerText + ' ' + o.querySelector('.opblock-summary-path').dataset.path)"));
            var before = await page.EvaluateAsync<double>("() => scrollY");
            await page.Mouse.WheelAsync(0, 300);

            // Wheels that take effect together would pass over what is between them.
            await Eventually.TrueAsync(
                () => page.EvaluateAsync<bool>($"() => scrollY > {before.ToString(System.Globalization.CultureInfo.InvariantCulture)} || scrollY + innerHeight >= document.documentElement.scrollHeight - 1"), "the page has moved");
            await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        }

        return shown;
    }

    private async Task<List<string>> OperationsAsync()
    {
        var document = JsonNode.Parse(await _gateway.Client.GetStringAsync("/openapi/v1.json"))!;
        return [.. from path in document["paths"]!.AsObject()
                   from operation in path.Value!.AsObject()
                   where Methods.Contains(operation.Key)
                   select $"{operation.Key.ToUpperInvariant()} {path.Key}"];
    }
}
