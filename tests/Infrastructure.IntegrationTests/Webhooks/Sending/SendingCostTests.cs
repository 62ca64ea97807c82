using System.Diagnostics;
using DataHub.Domain.Webhooks.Deliveries;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

public class SendingCostTests
{
    // Receiver and sender together on one processor make 1,500 attempts a second with room to spare; the bound leaves that to slow machines.
    [Test]
    public async Task Send_ManyOverOpenConnections_CostsLittle()
    {
        const int Attempts = 4_000;
        using var harness = new SenderHarness();
        await using var receiver = new RawReceiver();
        var target = SenderHarness.Target(receiver.Url);
        var message = SenderHarness.Message(new byte[1_000]);
        await RunAsync(harness, target, message, 500);

        var (cpu, allocated) = (Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes());
        var start = TimeProvider.System.GetTimestamp();
        await RunAsync(harness, target, message, Attempts);
        var elapsed = TimeProvider.System.GetElapsedTime(start);
        var perAttempt = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / Attempts;

        TestContext.Out.WriteLine($"{Attempts / elapsed.TotalSeconds:0}/s, {perAttempt:0} us of processor and {(GC.GetTotalAllocatedBytes() - allocated) / Attempts} bytes an attempt, receiver included");
        receiver.Connections.Should().BeLessThanOrEqualTo(32);
        perAttempt.Should().BeLessThan(2_000);
    }

    private static async Task RunAsync(SenderHarness harness, Application.Webhooks.Contracts.SubscriptionTarget target, Application.Webhooks.Contracts.WebhookMessage message, int attempts)
    {
        var left = attempts;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                (await harness.Sender.SendAsync(target, message, CancellationToken.None)).Class.Should().Be(AttemptClass.Success);
            }
        }));
    }
}
