using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

/// <summary>The same gateway behind a proxy that it trusts.</summary>
public class TrustedPeerTests : ProxyTests
{
    protected override string[] Settings => ["Edge:TrustedProxies=127.0.0.0/8, ::1"];

    [Test]
    public async Task Get_ForwardedByTrustedPeer_BelievesItAndAppendsThePeer()
    {
        var answer = await GetAsync("/gateway/raw/a", "X-Forwarded-For: 198.51.100.7, 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: api.example.com\r\n");

        answer.Status.Should().Be(200, answer.Text);
        Upstream.HeaderOfLast("X-Forwarded-For").Should().Equal("198.51.100.7, 203.0.113.9, 127.0.0.1");
        Upstream.HeaderOfLast("X-Forwarded-Proto").Should().Equal("https");
        Upstream.HeaderOfLast("X-Forwarded-Host").Should().Equal("api.example.com");
        var entry = (await Scenario.LogsAsync("limit=1", 1))[0]!;
        ((string)entry["clientIp"]!).Should().Be("203.0.113.9");
    }

    [Test]
    public async Task Get_WhatATrustedPeerTellsOfTheCaller_PassesButForTheGatewaysOwn()
    {
        await GetAsync("/gateway/raw/a", "X-Forwarded-Client-Cert: By=proxy\r\nX-Auth-Request-Groups: staff\r\nX-Consumer-Id: forged\r\n");

        Upstream.HeaderOfLast("X-Forwarded-Client-Cert").Should().Equal("By=proxy");
        Upstream.HeaderOfLast("X-Auth-Request-Groups").Should().Equal("staff");
        Upstream.HeaderOfLast("X-Consumer-Id").Should().Equal(ConsumerId);
    }
}
