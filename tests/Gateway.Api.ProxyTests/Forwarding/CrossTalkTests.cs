using System.Net;
using DataHub.Gateway.Api.Proxy.Forwarding;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

/// <summary>Under many requests at once, with callers that leave and upstreams that hang up, everybody gets the answer to their own request.</summary>
public class CrossTalkTests : ScriptedProxyTests
{
    [Test]
    public void IsKnown_ThisPlatform_LetsASingleSocketGoOnAtOnce() => InlineCompletions.IsKnown.Should().Be(OperatingSystem.IsLinux());

    [Test]
    public async Task Get_ManyAtOnceWithCallersThatLeave_AllGetTheirOwnAnswers()
    {
        Scripted.Script = async connection =>
        {
            var random = new Random(connection.Number);
            while (await connection.ReadHeadAsync() is { } head)
            {
                var path = head.Split(' ')[1];
                var content = $"{path} " + new string('.', random.Next(0, 12_000));
                var answer = random.Next(3) == 0
                    ? $"HTTP/1.1 200 OK\r\nX-Path: {path}\r\nTransfer-Encoding: chunked\r\n\r\n{content.Length:x}\r\n{content}\r\n0\r\n\r\n"
                    : $"HTTP/1.1 200 OK\r\nX-Path: {path}\r\nContent-Length: {content.Length}\r\n\r\n{content}";
                var cut = random.Next(1, answer.Length);
                await connection.SendAsync(answer[..cut]);
                await Task.Yield();
                await connection.SendAsync(answer[cut..]);
                if (random.Next(20) == 0)
                {
                    return;
                }
            }
        };
        var left = 0;
        var whole = 0;
        await Task.WhenAll(Enumerable.Range(0, 24).Select(async caller =>
        {
            using var client = NewClient();
            var random = new Random(1000 + caller);
            for (var i = 0; i < 60; i++)
            {
                using var leave = new CancellationTokenSource();
                var path = $"{Target}/{caller}-{i}";
                var call = client.GetAsync(path, leave.Token);
                if (random.Next(6) == 0)
                {
                    await Task.Yield();
                    await leave.CancelAsync();
                }

                try
                {
                    using var answer = await call;
                    var text = await answer.Content.ReadAsStringAsync(leave.Token);
                    answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
                    var seen = path[Target[..^2].Length..];
                    answer.Headers.GetValues("X-Path").Single().Should().EndWith(seen);
                    text.Split(' ')[0].Should().EndWith(seen);
                    Interlocked.Increment(ref whole);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref left);
                }
            }
        }));

        whole.Should().BeGreaterThan(1000);
        (whole + left).Should().Be(24 * 60);
    }

    [Test]
    public async Task Get_SeveralSentAtOnceOnOneConnection_AreAnsweredInOrder()
    {
        Scripted.Script = async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                var path = head.Split(' ')[1];
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {path.Length}\r\n\r\n{path}");
            }
        };
        var requests = string.Concat(Enumerable.Range(1, 9).Select(i => $"GET {Target}/{i} HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n{(i == 9 ? "Connection: close\r\n" : "")}\r\n"));
        using var client = new System.Net.Sockets.TcpClient();
        var address = new Uri(Gateway.Address);
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(requests));
        using var reader = new StreamReader(client.GetStream());

        var text = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));

        var places = Enumerable.Range(1, 9).Select(i => text.IndexOf($"/x/{i}", StringComparison.Ordinal)).ToList();
        places.Should().NotContain(-1).And.BeInAscendingOrder();
    }
}
