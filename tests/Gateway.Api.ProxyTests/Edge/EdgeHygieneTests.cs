using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

/// <summary>Sends the exact bytes of an attack and looks at the exact bytes that reach the upstream.</summary>
public class EdgeHygieneTests : ProxyTests
{
    [Test]
    public async Task Get_WithKey_ForwardsWithoutCredentialAndWithIdentity()
    {
        var answer = await GetAsync("/gateway/raw/a/b?x=1&y=%20");

        answer.Status.Should().Be(200, answer.Text);
        answer.Header("DataHub-Origin").Should().Be("upstream");
        answer.Header("X-Request-Id").Should().StartWith("req_");
        Upstream.RequestLineOfLast.Should().Be("GET /a/b?x=1&y=%20 HTTP/1.1");
        Upstream.LastRequest.Should().NotContain(Key);
        Upstream.HeaderOfLast("X-Consumer-Id").Should().Equal(ConsumerId);
        Upstream.HeaderOfLast("X-Key-Id").Should().Equal(KeyId);
        Upstream.HeaderOfLast("X-Consumer-Name").Should().Equal("Acme Corp");
        Upstream.HeaderOfLast("Host").Should().ContainSingle().Which.Should().StartWith("127.0.0.1:");
        Upstream.HeaderOfLast("X-Forwarded-For").Should().Equal("127.0.0.1");
        Upstream.HeaderOfLast("X-Forwarded-Host").Should().Equal("gateway.example");
        Upstream.HeaderOfLast("traceparent").Should().ContainSingle().Which.Should().MatchRegex("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$");
    }

    [TestCase("x-api-key")]
    [TestCase("X-API-KEY")]
    [TestCase("x-Api-Key")]
    public async Task Get_KeyInAnyCase_IsAcceptedAndRemoved(string name)
    {
        var answer = await SendAsync($"GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\n{name}: {Key}\r\n\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.LastRequest.Should().NotContain(Key);
    }

    [Test]
    public async Task Get_KeyAsBearer_IsAcceptedAndRemoved()
    {
        var answer = await SendAsync($"GET /gateway/raw/a HTTP/1.1\r\nHost: h\r\nauthorization: bearer {Key}\r\n\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.LastRequest.Should().NotContain(Key);
        Upstream.HeaderOfLast("Authorization").Should().BeEmpty();
    }

    [Test]
    public async Task Get_KeyAlsoInUnderscoreHeader_IsRemovedThereToo()
    {
        await GetAsync("/gateway/raw/a", $"X_API_Key: {Key}\r\nX-Api_Key: {Key}\r\nAuthorization: Bearer {Key}\r\n");

        Upstream.LastRequest.Should().NotContain(Key);
    }

    [Test]
    public async Task Get_SessionOfAPersonBesideTheKey_IsRemoved()
    {
        // {"alg":"ES256"…}.{"iss":"datahub","aud":"datahub","sub":…: what the gateway signs begins so, whatever follows.
        var token = "eyJhbGciOiJFUzI1NiJ9." + Convert.ToBase64String("""{"iss":"datahub","aud":"datahub","sub":"usr_1"}"""u8).TrimEnd('=') + ".c2ln";

        await GetAsync("/gateway/raw/a", $"Authorization: Bearer {token}\r\nCookie: a=1; datahub-access={token}; __Secure-datahub-refresh=r; datahubs=2\r\n");

        Upstream.HeaderOfLast("Authorization").Should().BeEmpty();
        Upstream.HeaderOfLast("Cookie").Should().Equal("a=1; datahubs=2");
        Upstream.LastRequest.Should().NotContain(token);
    }

    [TestCase("Cookie: a=1; b=datahub-x")]
    [TestCase("Cookie: datahub=1")]
    public async Task Get_CookiesOfOthers_PassAsTheyAre(string header)
    {
        await GetAsync("/gateway/raw/a", header + "\r\n");

        Upstream.HeaderOfLast("Cookie").Should().Equal(header[8..]);
    }

    [TestCase("X-Consumer-Id: con_forged")]
    [TestCase("x_consumer_id: con_forged")]
    [TestCase("X-CONSUMER-NAME: forged")]
    [TestCase("X-Key-Id: forged")]
    [TestCase("X_Key-Id: forged")]
    [TestCase("X-DataHub-Role: forged")]
    [TestCase("X-Remote-User: forged")]
    [TestCase("X-Request-Id: forged")]
    [TestCase("X-Forwarded-For: 1.2.3.forged")]
    [TestCase("X_Forwarded_For: 1.2.3.forged")]
    [TestCase("Forwarded: for=forged")]
    [TestCase("X-Real-IP: forged")]
    [TestCase("X-Forwarded-Host: forged")]
    [TestCase("X-Forwarded-Proto: forged")]
    [TestCase("X-Forwarded-Client-Cert: forged")]
    [TestCase("X-Forwarded-Groups: forged")]
    [TestCase("X_Auth_Request_Groups: forged")]
    public async Task Get_ForgedIdentity_NeverReachesTheUpstream(string line)
    {
        var answer = await GetAsync("/gateway/raw/a", line + "\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.LastRequest.Should().NotContain("forged");
    }

    [TestCase("Connection: X-Hop, keep-alive\r\n")]
    [TestCase("Connection: keep-alive,X-Hop\r\n")]
    [TestCase("Connection: X-Hop\r\nConnection: Keep-Alive\r\n")]
    [TestCase("Connection: X-Hop, close\r\n")]
    [TestCase("Connection: close\r\nConnection: X-Hop\r\n")]
    [TestCase("connection: x-hop\r\n")]
    public async Task Get_HeaderNamedInConnection_IsRemoved(string connection)
    {
        await GetAsync("/gateway/raw/a", connection + "X-Hop: hop\r\nX-End: end\r\nKeep-Alive: timeout=5\r\nProxy-Authorization: Basic eA==\r\nTE: gzip\r\n");

        Upstream.HeaderOfLast("X-Hop").Should().BeEmpty();
        Upstream.HeaderOfLast("X-End").Should().Equal("end");
        Upstream.HeaderOfLast("Keep-Alive").Should().BeEmpty();
        Upstream.HeaderOfLast("Proxy-Authorization").Should().BeEmpty();
        Upstream.HeaderOfLast("TE").Should().BeEmpty();
    }

    [Test]
    public async Task Get_ConnectionNamesWhatTheGatewayReliesOn_KeepsIt()
    {
        var answer = await GetAsync("/gateway/raw/a", "Connection: X-API-Key, X-Consumer-Id, X-Forwarded-For, Host, traceparent, X-Request-Id\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.HeaderOfLast("X-Consumer-Id").Should().Equal(ConsumerId);
        Upstream.HeaderOfLast("X-Forwarded-For").Should().Equal("127.0.0.1");
        Upstream.HeaderOfLast("Host").Should().ContainSingle();
        Upstream.HeaderOfLast("traceparent").Should().ContainSingle();
        Upstream.HeaderOfLast("X-Request-Id").Should().ContainSingle();
    }

    [Test]
    public async Task Post_ConnectionNamesContentLength_KeepsTheFraming()
    {
        var answer = await SendAsync($"POST /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\nConnection: Content-Length\r\nContent-Length: 5\r\n\r\nhello");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.HeaderOfLast("Content-Length").Should().Equal("5");
        Upstream.LastRequest.Should().EndWith("hello");
    }

    [TestCase("TRACE")]
    [TestCase("TrAcE")]
    public async Task Trace_AnyPath_IsRefused(string method)
    {
        var answer = await SendAsync($"{method} /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n\r\n");

        answer.Status.Should().BeOneOf(405, 404, 400);
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Connect_Authority_IsRefused()
    {
        var answer = await SendAsync($"CONNECT upstream.example:443 HTTP/1.1\r\nHost: upstream.example:443\r\nX-API-Key: {Key}\r\n\r\n");

        answer.Status.Should().Be(405, answer.Text);
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Get_EmptyHost_IsRefused()
    {
        var answer = await SendAsync($"GET /gateway/raw/a HTTP/1.1\r\nHost: \r\nX-API-Key: {Key}\r\n\r\n");

        answer.Status.Should().Be(400);
        Upstream.Requests.Should().BeEmpty();
    }

    [TestCase("Host: a\r\nHost: b\r\n")]
    [TestCase("")]
    [TestCase("Host: a b\r\n")]
    public async Task Get_NoOrSeveralHosts_IsRefused(string hosts)
    {
        var answer = await SendAsync($"GET /gateway/raw/a HTTP/1.1\r\n{hosts}X-API-Key: {Key}\r\n\r\n");

        answer.Status.Should().Be(400);
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Get_UpstreamSendsItsOwnLimitsAndHops_TheyDoNotPass()
    {
        Upstream.Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRateLimit: \"theirs\";r=1;t=1\r\nX-RateLimit-Limit: 7\r\nX-Request-Id: theirs\r\nDataHub-Origin: gateway\r\n"
            + "Connection: X-Hop\r\nX-Hop: hop\r\nX-End: end\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nok";

        var answer = await GetAsync("/gateway/raw/a");

        answer.Status.Should().Be(200, answer.Text);
        answer.Text.Should().NotContain("theirs").And.NotContain("X-RateLimit-Limit: 7").And.NotContain("hop").And.Contain("X-End: end");
        answer.Text.Should().Contain("Set-Cookie: a=1").And.Contain("Set-Cookie: b=2");
        answer.Header("DataHub-Origin").Should().Be("upstream");
    }

    // A GET takes the way of the gateway's own client, a POST that of YARP's.
    [TestCase("GET", "")]
    [TestCase("POST", "Content-Length: 2\r\n\r\nok")]
    public async Task Send_UpstreamSetsWhatIsTheGateways_ItDoesNotPass(string method, string rest)
    {
        Upstream.Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nService-Worker-Allowed: /\r\nX-Rate-Limit-Used: 7\r\n"
            + "Set-Cookie: datahub-access=theirs; Path=/api/v1\r\nSet-Cookie: a=1\r\nSet-Cookie: __Secure-datahub-refresh=theirs\r\nSet-Cookie: datahubs=2\r\n\r\nok";

        var answer = await SendAsync($"{method} /gateway/raw/a HTTP/1.1\r\nHost: h\r\nX-API-Key: {Key}\r\n{(rest.Length == 0 ? "\r\n" : rest)}");

        answer.Status.Should().Be(200, answer.Text);
        answer.Text.Should().NotContain("theirs").And.NotContain("Service-Worker-Allowed").And.NotContain("X-Rate-Limit-Used");
        answer.Text.Should().Contain("Set-Cookie: a=1").And.Contain("Set-Cookie: datahubs=2");
    }

    [Test]
    public async Task Get_CallerTrace_IsContinued()
    {
        await GetAsync("/gateway/raw/a", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntracestate: vendor=1\r\n");

        Upstream.HeaderOfLast("traceparent").Should().ContainSingle().Which.Should()
            .StartWith("00-4bf92f3577b34da6a3ce929d0e0e4736-").And.NotContain("00f067aa0ba902b7").And.EndWith("-01");
        Upstream.HeaderOfLast("tracestate").Should().Equal("vendor=1");
    }

    [Test]
    public async Task Get_CallerTrace_IsLoggedWithTheSpanThatTheUpstreamSees()
    {
        var answer = await GetAsync("/gateway/raw/a", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n");

        var entry = (await Scenario.LogsAsync($"requestId={answer.Header("X-Request-Id")}", 1))[0]!;
        $"00-{entry["traceId"]}-{entry["spanId"]}-01".Should().Be(Upstream.HeaderOfLast("traceparent").Single());
    }

    [Test]
    public async Task Get_TextBeyondAscii_PassesByteForByteBothWays()
    {
        Upstream.Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Note: caf\u00c3\u00a9 \u00e9\r\n\r\nok";

        var answer = await GetAsync("/gateway/raw/a", "X-Note: caf\u00c3\u00a9\r\n");

        answer.Status.Should().Be(200, answer.Text);
        answer.Header("X-Note").Should().Be("caf\u00c3\u00a9 \u00e9");
        Upstream.HeaderOfLast("X-Note").Should().Equal("caf\u00c3\u00a9");
    }

    [Test]
    public async Task Get_HeaderThatIsNoUtf8_Is400()
    {
        var answer = await GetAsync("/gateway/raw/a", "X-Note: \u00ff\u00fe\r\n");

        answer.Status.Should().Be(400);
        Upstream.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Get_UnknownPath_Is404ProblemWithItsCode()
    {
        var answer = await GetAsync("/nowhere");

        answer.Status.Should().Be(404);
        answer.Header("Content-Type").Should().Be("application/problem+json");
        answer.Header("DataHub-Origin").Should().Be("gateway");
        answer.Body.Should().Contain("\"code\":\"route_not_found\"");
    }
}
