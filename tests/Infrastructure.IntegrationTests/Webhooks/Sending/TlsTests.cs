using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Domain.Webhooks.Subscriptions;
using DataHub.Infrastructure.Webhooks.Sending;
using DataHub.TestKit.Tls;
using FluentAssertions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

public class TlsTests
{
    private TestAuthority _authority = null!;
    private SenderHarness _harness = null!;

    [OneTimeSetUp]
    public void Open()
    {
        _authority = new TestAuthority();
        _harness = new SenderHarness(new SendingOptions { AllowedNetworks = ["127.0.0.0/8"], TrustedAuthorities = _authority.File, MaxClientCertificates = 2 });
        _harness.Names.Set("partner.test", "127.0.0.1");
        _harness.Names.Set("other.test", "127.0.0.1");
    }

    [OneTimeTearDown]
    public void Close()
    {
        _harness.Dispose();
        _authority.Dispose();
    }

    [TestCase(HttpProtocols.Http1, "HTTP/1.1")]
    [TestCase(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    public async Task Send_OverTls_SpeaksWhatTheReceiverSpeaks(HttpProtocols protocols, string spoken)
    {
        await using var receiver = await TlsReceiver.StartAsync(_authority.IssueForServer("partner.test"), protocols);
        var first = await _harness.SendAsync($"https://partner.test:{receiver.Port}/");
        var second = await _harness.SendAsync($"https://partner.test:{receiver.Port}/");

        (first.Class, first.Error).Should().Be((AttemptClass.Success, null));
        first.Timings.Tls.Should().BeGreaterThan(0);
        (second.Class, second.Timings.Tls, first.Address, second.Address).Should().Be((AttemptClass.Success, null, "127.0.0.1", "127.0.0.1"));
        receiver.Requests.Should().HaveCount(2).And.AllSatisfy(r => r.Protocol.Should().Be(spoken));
    }

    [Test]
    public async Task Send_CertificateOfAnotherName_IsATlsFailure()
    {
        await using var receiver = await TlsReceiver.StartAsync(_authority.IssueForServer("partner.test"));
        (await _harness.SendAsync($"https://other.test:{receiver.Port}/")).Class.Should().Be(AttemptClass.Tls);
        receiver.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Send_CertificateThatHasExpired_IsATlsFailure()
    {
        await using var receiver = await TlsReceiver.StartAsync(_authority.IssueForServer("partner.test", TimeSpan.FromHours(-1)));
        (await _harness.SendAsync($"https://partner.test:{receiver.Port}/")).Class.Should().Be(AttemptClass.Tls);
    }

    [Test]
    public async Task Send_CertificateOfAStranger_IsATlsFailure()
    {
        using var stranger = new TestAuthority();
        await using var receiver = await TlsReceiver.StartAsync(stranger.IssueForServer("partner.test"));
        (await _harness.SendAsync($"https://partner.test:{receiver.Port}/")).Class.Should().Be(AttemptClass.Tls);
    }

    // The platform would fetch the issuer's certificate from wherever the receiver's says, past the guard.
    [Test]
    public async Task Send_CertificateThatNamesAnAddress_FetchesNothingFromThere()
    {
        using var stranger = new TestAuthority();
        await using var inside = new RawReceiver();
        await using var receiver = await TlsReceiver.StartAsync(stranger.IssueForServer("partner.test", issuerAt: inside.Url));
        using var usual = new SenderHarness(new SendingOptions { AllowedNetworks = ["127.0.0.0/8"] });
        usual.Names.Set("partner.test", "127.0.0.1");
        var fetchedByTheReceiver = inside.Requests.Count; // For the chain that it sends itself.

        (await _harness.SendAsync($"https://partner.test:{receiver.Port}/")).Class.Should().Be(AttemptClass.Tls);
        (await usual.SendAsync($"https://partner.test:{receiver.Port}/")).Class.Should().Be(AttemptClass.Tls);

        inside.Requests.Should().HaveCount(fetchedByTheReceiver);
    }

    [Test]
    public async Task Send_ToWhatSpeaksNoTls_IsATlsFailure()
    {
        await using var garbage = new GarbageListener("SSH-2.0-OpenSSH_9.9\r\n");
        (await _harness.SendAsync($"https://partner.test:{garbage.Port}/")).Class.Should().Be(AttemptClass.Tls);
    }

    // It takes the connection and never answers the handshake.
    [Test]
    public async Task Send_ToASlowHandshake_EndsInItsTime()
    {
        await using var receiver = new GarbageListener("");
        var report = await _harness.SendAsync(SenderHarness.Target($"https://partner.test:{receiver.Port}/") with { Timeout = TimeSpan.FromSeconds(1) });
        report.Class.Should().Be(AttemptClass.Timeout);
        report.Timings.Total.Should().BeInRange(990, 10_000);
    }

    [Test]
    public async Task Send_WithACertificate_ShowsIt()
    {
        await using var receiver = await TlsReceiver.StartAsync(_authority.IssueForServer("partner.test"), asksForCertificate: true);
        var url = $"https://partner.test:{receiver.Port}/";
        (await _harness.SendAsync(SenderHarness.Target(url))).Class.Should().BeOneOf(AttemptClass.Tls, AttemptClass.Protocol);

        // Three certificates in a pool of two, the first of them again at the end.
        foreach (var number in (int[])[1, 2, 3, 1])
        {
            var (certificate, key) = _authority.Issue($"gateway-{number}");
            var target = SenderHarness.Target(url) with
            {
                Id = new SubscriptionId(new Guid(number, 0, 0, new byte[8])),
                Authentication = new EndpointAuthentication.MutualTls(certificate, new ClearText(key)),
            };
            (await _harness.SendAsync(target)).Class.Should().Be(AttemptClass.Success);
        }

        receiver.Requests.Select(r => r.Client).Should().Equal("CN=gateway-1", "CN=gateway-2", "CN=gateway-3", "CN=gateway-1");
    }

    [Test]
    public async Task Send_WithACertificateThatIsNone_IsASignInFailure()
    {
        var report = await _harness.SendAsync(SenderHarness.Target("https://partner.test:8443/") with { Authentication = new EndpointAuthentication.MutualTls("no certificate", new ClearText("canary")) });
        report.Class.Should().Be(AttemptClass.Authentication);
        report.Error.Should().NotContain("canary");
    }
}
