using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Hosting;

/// <summary>What a newcomer sees: one command, a curl that works, a limit, a clean stop, a warm start.</summary>
[TestFixture]
public sealed partial class DemoTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("datahub-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Demo_ColdThenWarm_PrintsACurlThatIsProxiedAndLimited()
    {
        await using (var cold = GatewayProgram.Start(_folder, "--demo", "--port", "0"))
        {
            (await cold.LineAsync("ready: ")).Should().StartWith("http://127.0.0.1:");
            (await cold.LineAsync("setup token: ")).Should().HaveLength(28);
            var statuses = await ElevenWithinASecondAsync(await cold.LineAsync("try: "));
            statuses.Count(s => s.Status == HttpStatusCode.OK).Should().Be(10);
            statuses.Single(s => s.Status == HttpStatusCode.TooManyRequests).RetryAfter.Should().BeGreaterThan(TimeSpan.Zero);
            (await cold.StopAsync("INT")).Should().Be(0, cold.Errors);
        }

        File.Exists(Path.Combine(_folder, "postgres", "postmaster.pid")).Should().BeFalse("the private server stops with the gateway");

        await using var warm = GatewayProgram.Start(_folder, "--demo", "--port", "0");
        var curl = await warm.LineAsync("try: ");
        (await SendAsync(curl)).Status.Should().Be(HttpStatusCode.OK, "the key of the first start works, though the demo upstream has another port now");
        (await warm.StopAsync("TERM")).Should().Be(0, warm.Errors);
    }

    [Test]
    public async Task Start_AfterKillOfTheWholeProcess_RecoversAndKeepsTheKey()
    {
        string first;
        await using (var killed = GatewayProgram.Start(_folder, "--demo", "--port", "0"))
        {
            first = KeyOf(await killed.LineAsync("try: "));
            await killed.StopAsync("KILL");
        }

        await using var next = GatewayProgram.Start(_folder, "--demo", "--port", "0");
        var curl = await next.LineAsync("try: ");

        KeyOf(curl).Should().Be(first);
        (await SendAsync(curl)).Status.Should().Be(HttpStatusCode.OK);
        (await next.StopAsync("INT")).Should().Be(0);
    }

    // Both find the database empty and put the same seeds into it.
    [Test]
    public async Task Demo_TwoNodesAtTheSameTimeOnOneEmptyDatabase_BothServe()
    {
        await using var database = await TestDatabase.CreateAsync();
        string[] shared = ["--demo", "--port", "0", $"--Database:ConnectionString={database.ConnectionString}", "--ApiKeys:Peppers:1=dGVzdC1wZXBwZXItb2YtdGhpcnR5LXR3by1ieXRlcy4="];
        await using var one = GatewayProgram.Start(Path.Combine(_folder, "one"), shared);
        await using var two = GatewayProgram.Start(Path.Combine(_folder, "two"), shared);

        var curls = await Task.WhenAll(one.LineAsync("try: "), two.LineAsync("try: "));
        var answers = await Task.WhenAll(curls.Select(SendAsync));

        answers.Should().OnlyContain(a => a.Status == HttpStatusCode.OK);
        (await one.StopAsync("INT")).Should().Be(0, one.Errors);
        (await two.StopAsync("INT")).Should().Be(0, two.Errors);
    }

    [Test]
    public async Task Start_WrongSettings_EndsWith78AndNamesEachWithoutAStackTrace()
    {
        await using var program = GatewayProgram.Start(_folder, "--port", "99999", "--Gatway:Port=1", "--Database:ConnectionString=Hots=hunter2",
            "--Redis:ConnectionString=hunter2:redis", "--ApiKeys:Peppers:1=hunter2", "--Edge:TrustedProxies=10.0.0.0/33");

        (await program.ExitCodeAsync()).Should().Be(78);
        program.Errors.Should().Contain("DataHub:Gateway:Port = \"99999\"").And.Contain("Did you mean DataHub:Gateway:Port?")
            .And.Contain("DataHub:Database:ConnectionString")
            .And.Contain("DataHub:Redis:ConnectionString").And.Contain("DataHub:ApiKeys:Peppers").And.Contain("DataHub:Edge:TrustedProxies = \"10.0.0.0/33\"").And.NotContain("hunter2").And.NotContain("   at ");
    }

    private static async Task<List<(HttpStatusCode Status, TimeSpan RetryAfter)>> ElevenWithinASecondAsync(string curl)
    {
        await SendAsync(curl); // The first request pays for compilation; the burst starts a second after it.
        for (var burst = 1; ; burst++)
        {
            // From the end of the one before: what it spent must be forgotten.
            using var pause = new PeriodicTimer(TimeSpan.FromSeconds(1.1));
            await pause.WaitForNextTickAsync();
            var watch = Stopwatch.StartNew();
            var answers = await Task.WhenAll(Enumerable.Range(0, 11).Select(_ => SendAsync(curl)));
            if (watch.Elapsed < TimeSpan.FromSeconds(1))
            {
                return [.. answers];
            }

            // A busy machine; more than four bursts would meet the limit of a minute.
            burst.Should().BeLessThan(4, "eleven requests must fit into a second once");
        }
    }

    // What the curl would send, without depending on curl.
    private static async Task<(HttpStatusCode Status, TimeSpan RetryAfter)> SendAsync(string curl)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Url().Match(curl).Value);
        request.Headers.Add("X-API-Key", KeyOf(curl));
        using var response = await client.SendAsync(request);
        return (response.StatusCode, response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero);
    }

    private static string KeyOf(string curl)
    {
        curl.Should().StartWith("curl ");
        return Key().Match(curl).Groups[1].Value;
    }

    [GeneratedRegex("X-API-Key: ([^']+)'")]
    private static partial Regex Key();

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Url();
}
