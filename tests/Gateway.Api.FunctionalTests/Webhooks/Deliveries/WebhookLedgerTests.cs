using System.Diagnostics;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Deliveries;

/// <summary>Real gateway processes and a real server die by kill -9 while events are published. The long form is <c>build/crash-test.sh</c>.</summary>
public sealed class WebhookLedgerTests
{
    [Test]
    public async Task Ledger_ProcessAndServerKilled_HasEveryAcceptedEvent()
    {
        var folder = TestContext.CurrentContext.TestDirectory;
        string[] arguments =
        [
            Path.Combine(folder, "DataHub.Bench.CrashTest.dll"), "--gateway", Path.Combine(folder, "DataHub.Gateway.Api.dll"),
            "--rounds", "2", "--events", "60", "--kill", "process,postgres",
        ];
        using var run = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = run.StandardError.ReadToEndAsync();
        var output = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();

        run.ExitCode.Should().Be(0, output + await errors);
        output.TrimEnd().Split('\n')[^1].Should().MatchRegex(@"^lost: 0, duplicates: \d+, rounds: 2$");
    }
}
