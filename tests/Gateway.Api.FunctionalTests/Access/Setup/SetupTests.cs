using System.Net;
using DataHub.Application.Access.Setup;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Setup;

[Platform(Exclude = "Win")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class SetupTests
{
    private TemporaryFolder _folder = null!;
    private TestDatabase _database = null!;
    private TestGateway _gateway = null!;
    private AdminClient _anonymous = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _database = await TestDatabase.CreateAsync();
        _gateway = await TestGateway.StartAsync(_database, $"Gateway:DataPath={_folder.Path}");
        _anonymous = AdminClient.As(_gateway, "");
    }

    [TearDown]
    public async Task StopAsync()
    {
        _anonymous.Dispose();
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Post_PrintedToken_YieldsAnAdminKeyOnceAndClosesSetup()
    {
        var token = await PendingAsync();
        (await _anonymous.GetAsync("/api/v1/setup")).Is(HttpStatusCode.OK).Data["open"]!.GetValue<bool>().Should().BeTrue();

        var done = (await _anonymous.PostAsync("/api/v1/setup", new { token, name = "Ada" })).Is(HttpStatusCode.Created);

        done.Headers["Cache-Control"].Should().Be("no-store");
        done.Body["secret"]!.ToString().Should().StartWith("dh_admin_");
        using var admin = AdminClient.As(_gateway, done.Body["secret"]!.ToString());
        var consumers = (await admin.GetAsync("/api/v1/consumers/" + done.Data["consumerId"])).Is(HttpStatusCode.OK);
        consumers.Data["name"]!.ToString().Should().Be("Ada");
        consumers.Data["segment"]!.ToString().Should().Be("admin");
        (await _anonymous.GetAsync("/api/v1/setup")).Data["open"]!.GetValue<bool>().Should().BeFalse();
        (await _anonymous.PostAsync("/api/v1/setup", new { token })).Is(HttpStatusCode.Conflict).Code.Should().Be("setup_completed");
        (await PendingAsync()).Should().BeNull();
        File.Exists(_folder.File("secrets", "setup-token")).Should().BeFalse();
    }

    [Test]
    public async Task Post_WrongToken_Is401AndLeavesSetupOpen()
    {
        var token = await PendingAsync();

        (await _anonymous.PostAsync("/api/v1/setup", new { token = token + "x" })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("setup_token_invalid");
        (await _anonymous.PostAsync("/api/v1/setup", new { token = "" })).Is(HttpStatusCode.Unauthorized);

        (await _anonymous.GetAsync("/api/v1/setup")).Data["open"]!.GetValue<bool>().Should().BeTrue();
    }

    [Test]
    public async Task Post_ManyAtOnce_MakesOneAdministrator()
    {
        var token = await PendingAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _anonymous.PostAsync("/api/v1/setup", new { token, name = $"admin {i}" })));

        answers.Count(a => a.Status == HttpStatusCode.Created).Should().Be(1);
        answers.Count(a => a.Code == "setup_completed").Should().Be(7);
        (await _database.QueryScalarAsync<long>("SELECT count(*) FROM access.api_keys")).Should().Be(1);
    }

    [Test]
    public async Task GetPending_BeforeSetup_IsTheSameAfterARestartAndReadableByTheOwnerOnly()
    {
        var token = await PendingAsync();
        await _gateway.DisposeAsync();
        _gateway = await TestGateway.StartAsync(_database, $"Gateway:DataPath={_folder.Path}");

        (await PendingAsync()).Should().Be(token);

        token!.Length.Should().BeGreaterThanOrEqualTo(24);
        (await _database.QueryScalarAsync<string>("SELECT string_agg(s::text, ' ') FROM access.setup s")).Should().NotContain(token);
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.GetUnixFileMode(_folder.File("secrets", "setup-token")).Should().Be(ownerOnly);
    }

    [Test]
    public async Task Post_WithMailAddressAndPassword_MakesAGlobalAdministratorWhoCanSignIn()
    {
        const string password = "correct horse battery staple";
        var token = await PendingAsync();
        (await _anonymous.PostAsync("/api/v1/setup", new { token, email = "ada@example.com" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/password");
        (await _anonymous.PostAsync("/api/v1/setup", new { token, email = "ada@example.com", password = "password1234" })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/password");
        (await _anonymous.PostAsync("/api/v1/setup", new { token, email = "nobody", password })).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/email");

        (await _anonymous.PostAsync("/api/v1/setup", new { token, name = "Ada", email = "ada@example.com", password })).Is(HttpStatusCode.Created);

        using var person = new PersonClient(_gateway);
        (await person.SignInAsync("ada@example.com", password)).Is(HttpStatusCode.OK);
        var me = (await person.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        me.Data["user"]!["name"]!.ToString().Should().Be("Ada");
        me.Data["user"]!["role"]!.ToString().Should().Be("admin");
        me.Data["global"]!.GetValue<bool>().Should().BeTrue();
    }

    [Test]
    public async Task Start_OfANodeThatJoinsAfterSetup_NeedsNothingInItsFolder()
    {
        (await _anonymous.PostAsync("/api/v1/setup", new { token = await PendingAsync() })).Is(HttpStatusCode.Created);
        using var folder = new TemporaryFolder();

        await using var joining = await TestGateway.StartAsync(_database, $"Gateway:DataPath={folder.Path}");

        (await joining.Services.GetRequiredService<ISetupToken>().GetPendingAsync(CancellationToken.None)).Should().BeNull();
        File.Exists(folder.File("secrets", "setup-token")).Should().BeFalse();
    }

    [Test]
    public async Task Post_DryRun_LeavesSetupOpen()
    {
        var token = await PendingAsync();

        (await _anonymous.PostAsync("/api/v1/setup?dryRun=true", new { token })).Is(HttpStatusCode.OK).Body["secret"].Should().BeNull();

        (await _anonymous.PostAsync("/api/v1/setup", new { token })).Is(HttpStatusCode.Created);
    }

    private Task<string?> PendingAsync() => _gateway.Services.GetRequiredService<ISetupToken>().GetPendingAsync(CancellationToken.None);
}
