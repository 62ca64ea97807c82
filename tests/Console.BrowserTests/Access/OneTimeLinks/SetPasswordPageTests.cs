using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Playwright;
using NUnit.Framework;

namespace DataHub.Console.BrowserTests.Access.OneTimeLinks;

[TestFixture]
public sealed class SetPasswordPageTests
{
    private const string Password = "seven wooden lanterns";

    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;
    private Browser _browser = null!;
    private string _admin = "";
    private int _invited;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database);
        var setup = await _gateway.Client.PostAsJsonAsync("/api/v1/setup", new { token = await _gateway.PendingSetupTokenAsync() });
        _admin = (await setup.Content.ReadFromJsonAsync<JsonNode>())!["secret"]!.GetValue<string>();
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
    public async Task Submit_LinkOfAnInvitation_SetsThePasswordAndForgetsTheToken()
    {
        var (email, url) = await InviteAsync();

        var page = await _browser.OpenAsync(_gateway.Address + url);
        page.Url.Should().Be($"{_gateway.Address}/console/set-password");
        await SubmitAsync(page, Password, Password);
        await page.GetByText("The password is set.").WaitForAsync();

        (await SignInAsync(email)).Should().Be(HttpStatusCode.OK);
        _browser.Complaints.Should().BeEmpty();
        _browser.Requests.Where(r => r.Scheme != "data").Should().OnlyContain(r => r.GetLeftPart(UriPartial.Authority) == _gateway.Address);
    }

    [Test]
    public async Task Submit_PasswordThatIsRefused_SaysWhyAndTheLinkStaysGood()
    {
        var (email, url) = await InviteAsync();

        var page = await _browser.OpenAsync(_gateway.Address + url);
        await SubmitAsync(page, Password, "seven wooden lamps");
        await page.GetByText("The two passwords differ.").WaitForAsync();
        await SubmitAsync(page, email, email);
        await page.Locator("#message.bad").GetByText("password", new LocatorGetByTextOptions { Exact = false }).WaitForAsync();
        await SubmitAsync(page, Password, Password);
        await page.GetByText("The password is set.").WaitForAsync();

        (await SignInAsync(email)).Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task Open_LinkThatWasCut_AsksForTheWholeOne()
    {
        var page = await _browser.OpenAsync($"{_gateway.Address}/console/set-password#purpose=invitation");

        await page.GetByText("This link is not complete.").WaitForAsync();
        (await page.Locator("#form").IsVisibleAsync()).Should().BeFalse();
    }

    private static async Task SubmitAsync(IPage page, string password, string again)
    {
        await page.Locator("#password").FillAsync(password);
        await page.Locator("#again").FillAsync(again);
        await page.Locator("#save").ClickAsync();
    }

    private async Task<(string Email, string Url)> InviteAsync()
    {
        var email = $"person{++_invited}@example.com";
        var user = await PostAsync("/api/v1/users", new { email, name = "A person", role = "viewer" });
        var link = await PostAsync($"/api/v1/users/{user["data"]!["id"]}:invite", new { });
        return (email, link["data"]!["url"]!.GetValue<string>());
    }

    private async Task<JsonNode> PostAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("X-API-Key", _admin);
        using var answer = await _gateway.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task<HttpStatusCode> SignInAsync(string email)
    {
        using var answer = await _gateway.Client.PostAsJsonAsync("/api/v1/auth/login", new { email, password = Password });
        return answer.StatusCode;
    }
}
