using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

/// <summary>What the caller gets of an upstream's answer, whole, late, broken or hostile.</summary>
public class AnswerTests : ScriptedProxyTests
{
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nX-A: a\u0001b\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\n: no name\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 42 What\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [TestCase("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")]
    public async Task Get_AnswerThatIsNotHttp_Is502WithoutAWordOfIt(string answer)
    {
        Scripted.Script = Always(answer);

        var got = await GetAsync(Target);

        got.Status.Should().Be(502, got.Text);
        got.Body.Should().Contain("\"code\":\"upstream_invalid_response\"");
        got.Header("DataHub-Origin").Should().Be("gateway");
        got.Header("X-Request-Id").Should().StartWith("req_");
    }

    [Test]
    public async Task Get_HeadWithoutEnd_Is502()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await connection.SendAsync("X-A: " + new string('a', 4000) + "\r\n");
            }
        };

        (await GetAsync(Target)).Body.Should().Contain("upstream_invalid_response");
    }

    [Test]
    public async Task Get_InterimAnswersWithoutEnd_Is502()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            while (true)
            {
                await connection.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            }
        };

        (await GetAsync(Target)).Body.Should().Contain("upstream_invalid_response");
    }

    [Test]
    public async Task Get_FieldsOfTheAnswer_PassAsSentButForThisHops()
    {
        Scripted.Script = Always("HTTP/1.1 299 Quite Fine\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Odd : spaced \r\nX-Fold: one\r\n two\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX-Request-Id: mine\r\nContent-Length: 2\r\n\r\nok");

        var got = await GetAsync(Target);

        got.Text.Should().StartWith("HTTP/1.1 299 Quite Fine\r\n");
        got.Text.Split("\r\n").Where(l => l.StartsWith("Set-Cookie", StringComparison.OrdinalIgnoreCase)).Should().HaveCount(2);
        got.Header("X-Odd").Should().Be("spaced");
        got.Header("X-Fold").Should().MatchRegex("^one +two$");
        got.Header("X-Hop").Should().BeNull();
        got.Header("Keep-Alive").Should().BeNull();
        got.Header("X-Request-Id").Should().NotBe("mine");
        got.Header("DataHub-Origin").Should().Be("upstream");
    }

    [Test]
    public async Task Get_AnswerInSingleBytes_ArrivesWhole()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            foreach (var sign in "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nX-T: 1\r\n\r\n")
            {
                await connection.SendAsync(sign.ToString());
            }

            await connection.UntilHungUpAsync();
        };
        using var client = NewClient();

        (await client.GetStringAsync(Target)).Should().Be("abcd");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Get_SixMillionBytes_ArriveUnchanged(bool chunked)
    {
        var content = new byte[6_000_000];
        new Random(7).NextBytes(content);
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" : $"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\n\r\n");
            var random = new Random(8);
            for (var at = 0; at < content.Length;)
            {
                var part = content.AsSpan(at, Math.Min(random.Next(1, 300_000), content.Length - at)).ToArray();
                at += part.Length;
                await connection.SendAsync(chunked ? [.. Encoding.ASCII.GetBytes($"{part.Length:X}\r\n"), .. part, .. "\r\n"u8] : part);
            }

            await connection.SendAsync(chunked ? "0\r\n\r\n" : "");
            await connection.UntilHungUpAsync();
        };
        using var client = NewClient();

        var got = await client.GetByteArrayAsync(Target);

        Convert.ToHexString(SHA256.HashData(got)).Should().Be(Convert.ToHexString(SHA256.HashData(content)));
    }

    [Test]
    public async Task Get_AnswerUntilTheConnectionEnds_ArrivesWhole()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\n");
            await connection.SendAsync(new string('x', 100_000));
        };
        using var client = NewClient();

        (await client.GetStringAsync(Target)).Should().Be(new string('x', 100_000));
    }

    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n")]
    public async Task Get_AnswerBreaksOff_IsCutForTheCallerToo(string answer)
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(answer);
        };
        using var client = NewClient();

        await FluentActions.Awaiting(() => client.GetStringAsync(Target)).Should().ThrowAsync<HttpRequestException>();

        var entry = (await Scenario.LogsAsync($"pathPrefix={Target}", 1))[0]!;
        ((string)entry["outcome"]!).Should().Be("upstream_failed", entry.ToJsonString());
    }

    [Test, Property(TimeoutSeconds, 1)]
    public async Task Get_UpstreamSaysNothing_Is504AndItsConnectionIsClosed()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.UntilHungUpAsync();
        };

        (await GetAsync(Target)).Body.Should().Contain("\"code\":\"upstream_timeout\"");

        await Eventually.TrueAsync(() => Scripted.Ended == 1, "the gateway hangs up");
    }

    [Test, Property(TimeoutSeconds, 1)]
    public async Task Get_UpstreamFallsSilentInTheMiddle_IsCut()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            await connection.UntilHungUpAsync();
        };
        using var client = NewClient();

        await FluentActions.Awaiting(() => client.GetStringAsync(Target)).Should().ThrowAsync<HttpRequestException>();

        await Eventually.TrueAsync(() => Scripted.Ended == 1, "the gateway hangs up");
        var entry = (await Scenario.LogsAsync($"pathPrefix={Target}", 1))[0]!;
        ((string)entry["outcome"]!).Should().Be("upstream_failed", entry.ToJsonString());
    }

    // The server's least rate would end it after minutes only.
    [TestCase("Content-Length: 1000000000\r\n\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n3b9aca00\r\n")]
    [TestCase("Connection: close\r\n\r\n")]
    public async Task Get_CallerDoesNotRead_EndsWithTheRoutesTime(string framing)
    {
        await LimitAsync(seconds: 2);
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n" + framing);
            var part = new byte[64 * 1024];
            while (true)
            {
                await connection.SendAsync(part);
            }
        };
        using var caller = new TcpClient();
        await caller.ConnectAsync(IPAddress.Loopback, new Uri(Gateway.Address).Port);
        await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {Target} HTTP/1.1\r\nHost: gateway.example\r\nX-API-Key: {Key}\r\n\r\n"));

        var entry = (await Scenario.LogsAsync($"pathPrefix={Target}", 1))[0]!;

        entry.ToJsonString().Should().Contain("\"upstream_failed\"").And.Contain("upstream_timeout");
    }

    [Test]
    public async Task Get_CallerLeavesInTheMiddle_HangsUpOnTheUpstream()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
            await connection.UntilHungUpAsync();
        };
        using (var client = NewClient())
        {
            using var answer = await client.GetAsync(Target, HttpCompletionOption.ResponseHeadersRead);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await Eventually.TrueAsync(() => Scripted.Ended == 1, "the gateway hangs up");
    }
}
