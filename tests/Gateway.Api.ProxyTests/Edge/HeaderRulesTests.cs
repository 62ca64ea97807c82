using DataHub.Gateway.Api.Proxy.Edge;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Edge;

public class HeaderRulesTests
{
    [TestCase("X-API-Key")]
    [TestCase("x_api_key")]
    [TestCase("X-Api_Key")]
    [TestCase("connection")]
    [TestCase("Transfer-Encoding")]
    [TestCase("X-Consumer-Id")]
    [TestCase("x_consumer_name")]
    [TestCase("X-DATAHUB-anything")]
    [TestCase("datahub-origin")]
    [TestCase("X-Forwarded-For")]
    [TestCase("x_forwarded_for")]
    [TestCase("Forwarded")]
    [TestCase(":path")]
    [TestCase("X-HTTP-Method-Override")]
    [TestCase("Content_Length")]
    public void IsDroppedFromRequest_CredentialIdentityOrHop_IsTrue(string name) =>
        (HeaderRules.IsDroppedFromRequest(name, fromTrustedProxy: false), HeaderRules.IsDroppedFromRequest(name, fromTrustedProxy: true)).Should().Be((true, true));

    [TestCase("X-Forwarded-Client-Cert")]
    [TestCase("x_forwarded_groups")]
    [TestCase("X-Forwarded-Access-Token")]
    [TestCase("X-Auth-Request-Groups")]
    [TestCase("X-Auth_Request-Email")]
    public void IsDroppedFromRequest_WhatAProxyTells_IsTrueUnlessItIsTrusted(string name) =>
        (HeaderRules.IsDroppedFromRequest(name, fromTrustedProxy: false), HeaderRules.IsDroppedFromRequest(name, fromTrustedProxy: true)).Should().Be((true, false));

    [TestCase("RateLimit")]
    [TestCase("RateLimit-Policy")]
    [TestCase("X-RateLimit-Used")]
    [TestCase("x-rate-limit-remaining")]
    [TestCase("Service-Worker-Allowed")]
    public void IsDroppedFromResponse_WhatTheGatewaySaysItself_IsTrue(string name) => HeaderRules.IsDroppedFromResponse(name).Should().BeTrue();

    [TestCase("X-Rate")]
    [TestCase("Retry-After")]
    [TestCase("RateLimiter")]
    [TestCase("Set-Cookie")]
    public void IsDroppedFromResponse_EndToEnd_IsFalse(string name) => HeaderRules.IsDroppedFromResponse(name).Should().BeFalse();

    [TestCase("Accept")]
    [TestCase("Content-Type")]
    [TestCase("Content-Length")]
    [TestCase("X-Consumer")]
    [TestCase("X-Api-Keys")]
    [TestCase("Cookie")]
    [TestCase("x")]
    [TestCase("d")]
    public void IsDroppedFromRequest_EndToEnd_IsFalse(string name) => HeaderRules.IsDroppedFromRequest(name, fromTrustedProxy: false).Should().BeFalse();

    [Test]
    public void Named_ConnectionTokens_LeavesWhatTheFramingNeeds() =>
        ConnectionTokens.Named("close, X-Secret-Hop, Content-Length, host, keep-alive").Should().Equal("X-Secret-Hop");

    [Test]
    public void Named_UsualConnection_IsNull() => ConnectionTokens.Named("keep-alive, Upgrade").Should().BeNull();

    [TestCase("Acme Corp", "Acme Corp")]
    [TestCase("Café\r\nX: y", "Caf%C3%A9%0D%0AX%3A%20y")]
    [TestCase("100%", "100%25")]
    public void Encode_AnyName_FitsAHeader(string name, string expected) => HeaderText.Encode(name).Should().Be(expected);
}
