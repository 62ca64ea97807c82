using System.IO.Compression;
using System.Text;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

public class HostileReceiverTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

    private SenderHarness _harness = null!;

    [SetUp]
    public void Open() => _harness = new SenderHarness();

    [TearDown]
    public void Close() => _harness.Dispose();

    // Headers at once, then a byte now and then: the clock stands over the body too.
    [Test]
    public async Task Send_ToATrickle_EndsInItsTime()
    {
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync(Head + "Content-Length: 1000\r\n\r\n");
            await TrickleAsync(call, "x");
        });
        var report = await _harness.SendAsync(SenderHarness.Target(receiver.Url) with { Timeout = TimeSpan.FromSeconds(3) });
        (report.Class, report.Status).Should().Be((AttemptClass.Timeout, 200));
        report.Timings.Total.Should().BeInRange(2_990, 10_000);
    }

    // Status and the bytes that came are what tells the receiver's owner where it stopped.
    [TestCase(true, AttemptClass.Protocol)]
    [TestCase(false, AttemptClass.Timeout)]
    public async Task Send_ToABodyThatStops_KeepsWhatCame(bool closes, AttemptClass expected)
    {
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync(Head + "Content-Length: 1000\r\n\r\nThe beginning");
            call.Closes = closes;
        });

        var report = await _harness.SendAsync(SenderHarness.Target(receiver.Url) with { Timeout = TimeSpan.FromSeconds(closes ? 15 : 3) });

        (report.Class, report.Status, report.ResponseTruncated).Should().Be((expected, 200, true));
        Encoding.ASCII.GetString(report.ResponseHead).Should().Be("The beginning");
    }

    [Test]
    public async Task Send_ToTrickledHeaders_EndsInItsTime()
    {
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync("HTTP/1.1 200 OK\r\n");
            await TrickleAsync(call, "X-A: b\r\n");
        });
        var report = await _harness.SendAsync(SenderHarness.Target(receiver.Url) with { Timeout = TimeSpan.FromSeconds(1) });
        (report.Class, report.Status).Should().Be((AttemptClass.Timeout, null));
        report.Timings.Total.Should().BeInRange(990, 10_000);
    }

    [Test]
    public async Task Send_ToSilence_TimesOut()
    {
        await using var receiver = new RawReceiver(_ => Task.CompletedTask);
        var report = await _harness.SendAsync(SenderHarness.Target(receiver.Url) with { Timeout = TimeSpan.FromMilliseconds(300) });
        report.Class.Should().Be(AttemptClass.Timeout);
    }

    [TestCase("Content-Length: 10737418240\r\n\r\n")]
    [TestCase("Connection: close\r\n\r\n")]
    public async Task Send_ToAnEndlessBody_KeepsItsBeginningAndHangsUp(string framing)
    {
        var hungUp = new TaskCompletionSource<long>();
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync(Head + framing);
            hungUp.TrySetResult(await FloodAsync(call, Encoding.ASCII.GetBytes(new string('y', 64 * 1024))));
        });

        var report = await _harness.SendAsync(receiver.Url);

        report.Class.Should().Be(AttemptClass.Success);
        (report.ResponseHead.Length, report.ResponseTruncated).Should().Be((16 * 1024, true));
        (await hungUp.Task.WaitAsync(TimeSpan.FromSeconds(5))).Should().BeLessThan(20_000_000, "what the kernel buffers, and no more");
    }

    [Test]
    public async Task Send_ToEndlessHeaders_StopsReading()
    {
        var sent = new TaskCompletionSource<long>();
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync("HTTP/1.1 200 OK\r\n");
            sent.TrySetResult(await FloodAsync(call, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 500)))));
        });

        var report = await _harness.SendAsync(receiver.Url);

        report.Class.Should().Be(AttemptClass.Protocol);
        (await sent.Task.WaitAsync(TimeSpan.FromSeconds(5))).Should().BeLessThan(20_000_000);
    }

    [Test]
    public async Task Send_ToOneHundredContinuesForEver_EndsInItsTime()
    {
        await using var receiver = new RawReceiver(call => FloodAsync(call, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 500)))));
        var report = await _harness.SendAsync(SenderHarness.Target(receiver.Url) with { Timeout = TimeSpan.FromSeconds(1) });
        report.Class.Should().BeOneOf(AttemptClass.Timeout, AttemptClass.Protocol);
        report.Timings.Total.Should().BeLessThan(10_000);
    }

    // 64 MiB of zeros: what came over the wire is kept, and nothing is unpacked.
    [Test]
    public async Task Send_ToAGzipBomb_KeepsTheWiresBytes()
    {
        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < 64; i++)
            {
                await gzip.WriteAsync(new byte[1024 * 1024]);
            }
        }

        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync($"{Head}Content-Encoding: gzip\r\nContent-Length: {bomb.Length}\r\n\r\n");
            await call.Stream.WriteAsync(bomb.ToArray());
        });
        await _harness.SendAsync(receiver.Url);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var report = await _harness.SendAsync(receiver.Url);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        report.ResponseHead.Should().Equal(bomb.ToArray()[..(16 * 1024)]);
        report.ResponseTruncated.Should().BeTrue();
        allocated.Should().BeLessThan(1_000_000);
    }

    [TestCase(301)]
    [TestCase(302)]
    [TestCase(303)]
    [TestCase(307)]
    [TestCase(308)]
    public async Task Send_ToARedirect_DoesNotFollow(int status)
    {
        await using var elsewhere = new RawReceiver();
        foreach (var location in (string[])["http://169.254.169.254/latest/meta-data/", elsewhere.Url])
        {
            await using var receiver = new RawReceiver($"HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            var report = await _harness.SendAsync(receiver.Url);
            (report.Class, report.Status, receiver.Requests.Count).Should().Be((AttemptClass.Redirect, status, 1));
        }

        elsewhere.Connections.Should().Be(0);
    }

    [Test]
    public async Task Send_ToAReset_IsAProtocolFailure()
    {
        await using var receiver = new RawReceiver(call =>
        {
            call.Reset();
            return Task.CompletedTask;
        });
        (await _harness.SendAsync(receiver.Url)).Class.Should().Be(AttemptClass.Protocol);
    }

    [TestCase("garbage\r\n\r\n")]
    [TestCase("\0\0\0\0\0\0\0\0\0\0\0\0")]
    [TestCase("HTTP/1.1 abc OK\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")]
    [TestCase("")]
    public async Task Send_ToGarbage_IsAProtocolFailure(string answer)
    {
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync(answer);
            call.Closes = true;
        });
        (await _harness.SendAsync(receiver.Url)).Class.Should().Be(AttemptClass.Protocol);
    }

    [Test]
    public async Task Send_ToNulsAndHalfCharacters_KeepsThem()
    {
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync(Head + "Content-Length: 4\r\n\r\n");
            await call.Stream.WriteAsync((byte[])[0, 0xC3, 0x28, 0xFF]);
        });
        (await _harness.SendAsync(receiver.Url)).ResponseHead.Should().Equal(0, 0xC3, 0x28, 0xFF);
    }

    [Test]
    public async Task Send_ToAClosedPort_IsAConnectFailure()
    {
        var receiver = new RawReceiver();
        var url = receiver.Url;
        await receiver.DisposeAsync();
        var report = await _harness.SendAsync(url);
        (report.Class, report.Address).Should().Be((AttemptClass.Connect, null));
    }

    [Test]
    public async Task Send_ManyToEndlessBodies_TakesBoundedMemory()
    {
        var ended = 0;
        await using var receiver = new RawReceiver(async call =>
        {
            await call.WriteAsync(Head + "Connection: close\r\n\r\n");
            await FloodAsync(call, new byte[64 * 1024]);
            Interlocked.Increment(ref ended);
        });
        await RoundAsync(1);
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 2; round <= 6; round++)
        {
            await RoundAsync(round);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(100 * 64 * 1024);

        // The floods of the receiver hold memory too, until they notice that nobody listens.
        async Task RoundAsync(int round)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _harness.SendAsync(receiver.Url)));
            await Eventually.TrueAsync(() => Volatile.Read(ref ended) == 20 * round, "all floods have ended");
        }
    }

    private static async Task TrickleAsync(RawReceiver.Call call, string text)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await pace.WaitForNextTickAsync(call.Stop))
        {
            await call.WriteAsync(text);
        }
    }

    // Writes until the other side hangs up.
    private static async Task<long> FloodAsync(RawReceiver.Call call, byte[] part)
    {
        var sent = 0L;
        call.Closes = true;
        try
        {
            while (!call.Stop.IsCancellationRequested)
            {
                await call.Stream.WriteAsync(part, call.Stop);
                sent += part.Length;
            }
        }
        catch (IOException)
        {
        }

        return sent;
    }
}
