using DataHub.TestKit.Upstreams;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Forwarding;

/// <summary>When a connection to an upstream carries another exchange, and when it must not.</summary>
public class ConnectionReuseTests : ScriptedProxyTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Test]
    public async Task Get_AnswersOfKnownEnd_ShareOneConnection()
    {
        string[] answers =
        [
            Ok,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Ok,
            Ok,
        ];
        var next = 0;
        Scripted.Script = async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync(answers[next++]);
            }
        };

        // On one connection of the caller: the next request begins when the one before has given its connection back.
        using var client = NewClient();
        var statuses = new List<int>();
        foreach (var _ in answers)
        {
            statuses.Add(await StatusAsync(client));
        }

        statuses.Should().Equal(200, 200, 204, 304, 200, 200);
        Scripted.Connections.Should().Be(1);
    }

    [Test]
    public async Task Head_LongAnswer_IsNotWaitedForAndTheConnectionServesTheNext()
    {
        Scripted.Script = Always("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
        using var client = NewClient();

        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Target));
            answer.Content.Headers.ContentLength.Should().Be(5000);
        }

        Scripted.Connections.Should().Be(1);
    }

    [TestCase("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")]
    public async Task Get_AnswerThatEndsTheConnection_IsFollowedByAnotherConnection(string answer)
    {
        Scripted.Script = Always(answer);

        (await GetAsync(Target)).Text.Should().Contain("ok");
        (await GetAsync(Target)).Status.Should().Be(200);

        Scripted.Connections.Should().Be(2);
        await Eventually.TrueAsync(() => Scripted.Ended == 2, "the gateway hangs up");
    }

    [Test]
    public async Task Get_AnswerWithMoreBehindIt_IsNeverMixedUpWithTheNext()
    {
        Scripted.Script = Always(Ok + "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled");

        for (var i = 0; i < 5; i++)
        {
            (await GetAsync(Target)).Body.Should().Be("ok");
        }

        Scripted.Connections.Should().Be(5);
    }

    [TestCase("205 Reset Content\r\nContent-Length: 8")]
    [TestCase("204 No Content\r\nContent-Length: 8")]
    [TestCase("204 No Content\r\nTransfer-Encoding: chunked")]
    public async Task Get_ContentWhereNoneMayBe_IsNeverMixedUpWithTheNext(string head)
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync($"HTTP/1.1 {head}\r\n\r\n");
            if (await connection.ReadHeadAsync() is not null)
            {
                await connection.SendAsync("smuggled" + Ok);
            }
        };

        for (var i = 0; i < 3; i++)
        {
            (await GetAsync(Target)).Text.Should().StartWith($"HTTP/1.1 {head[..4]}");
        }
    }

    // Upstreams that tell "head" from "HEAD" would answer it with content, which nobody reads.
    [TestCase("head", "HEAD")]
    [TestCase("get", "GET")]
    [TestCase("Options", "OPTIONS")]
    public async Task Send_MethodInOtherLetters_GoesOutAsEverybodySpellsIt(string method, string sent)
    {
        Scripted.Script = Always("HTTP/1.1 204 No Content\r\n\r\n");

        var answer = await SendAsync($"{method} {Target} HTTP/1.1\r\nHost: gateway.example\r\nX-API-Key: {Key}\r\nConnection: close\r\n\r\n");

        answer.Status.Should().Be(204, answer.Text);
        Scripted.Requests.Should().ContainSingle().Which.Should().StartWith(sent + " ");
    }

    [Test]
    public async Task Get_UpstreamHangsUpBeforeItIsAsked_IsNotReachedRatherThanWrong()
    {
        for (var i = 0; i < 5; i++)
        {
            (await GetAsync(Target)).Body.Should().Contain("\"code\":\"upstream_connect_failed\"");
        }
    }

    [Test]
    public async Task Get_UpstreamSaysAtOnceThatItIsBusy_IsPassedOn()
    {
        Scripted.Script = async connection =>
        {
            await connection.SendAsync("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy");
            await connection.UntilHungUpAsync();
        };

        for (var i = 1; i <= 3; i++)
        {
            (await GetAsync(Target)).Body.Should().Be("busy");
        }
    }

    [Test]
    public async Task Get_SomethingUnaskedOnAnIdleConnection_IsNeverAnAnswer()
    {
        var spoken = new TaskCompletionSource();
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Ok);
            if (connection.Number == 1)
            {
                await spoken.Task.WaitAsync(connection.Stopping);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled");
                spoken = new TaskCompletionSource();
            }

            await connection.UntilHungUpAsync();
        };
        (await GetAsync(Target)).Body.Should().Be("ok");
        var first = spoken;
        first.SetResult();
        await Eventually.TrueAsync(() => spoken != first, "the upstream has spoken");

        (await GetAsync(Target)).Body.Should().Be("ok");

        Scripted.Connections.Should().Be(2);
    }

    [Test]
    public async Task Get_UpstreamHungUpMeanwhile_IsAnsweredOverAnotherConnection()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Ok);
        };

        for (var i = 1; i <= 4; i++)
        {
            (await GetAsync(Target)).Status.Should().Be(200);
            await Eventually.TrueAsync(() => Scripted.Ended == i, "the upstream has hung up");
        }

        Scripted.Requests.Should().HaveCount(4);
    }

    [Test]
    public async Task Get_UpstreamHangsUpAtTheSecondRequest_IsSentAgain()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            if (connection.Number > 1 || Scripted.Requests.Count == 1)
            {
                await connection.SendAsync(Ok);
                await connection.ReadHeadAsync();
            }
        };
        using var client = NewClient();
        (await StatusAsync(client)).Should().Be(200);

        (await StatusAsync(client)).Should().Be(200);

        Scripted.Requests.Should().HaveCount(3);
        Scripted.Connections.Should().Be(2);
    }

    [Test]
    public async Task Get_UpstreamHangsUpWithoutAnswer_Is502AndNotSentAgain()
    {
        Scripted.Script = connection => connection.ReadHeadAsync();

        var answer = await GetAsync(Target);

        answer.Status.Should().Be(502);
        answer.Body.Should().Contain("upstream_connect_failed");
        Scripted.Requests.Should().HaveCount(1);
    }

    [Test]
    public async Task Get_PartOfAHeadOnAUsedConnection_IsNotSentAgain()
    {
        Scripted.Script = async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Ok);
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 2");
        };
        using var client = NewClient();
        await StatusAsync(client);

        (await StatusAsync(client)).Should().Be(502);

        Scripted.Requests.Should().HaveCount(2);
    }

    private async Task<int> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(Target);
        return (int)answer.StatusCode;
    }
}
