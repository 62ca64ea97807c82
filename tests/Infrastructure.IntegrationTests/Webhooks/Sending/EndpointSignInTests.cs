using System.Globalization;
using System.Text;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Webhooks.Deliveries;
using DataHub.Infrastructure.Outbound;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

public class EndpointSignInTests
{
    private const string Secret = "a secret: with % and +";

    private SenderHarness _harness = null!;
    private ManualClock _clock = null!;
    private RawReceiver _endpoint = null!, _tokens = null!;
    private string _accepted = "";
    private int _issued;
    private string? _tokenAnswer;

    [SetUp]
    public void Open()
    {
        (_issued, _accepted, _tokenAnswer, _clock) = (0, "", null, new ManualClock(TimeProvider.System.GetUtcNow()));
        _harness = new SenderHarness(clock: _clock);
        _endpoint = new RawReceiver(call => call.WriteAsync(
            _accepted.Length == 0 || call.Request.Header("authorization") == "Bearer " + _accepted ? RawReceiver.Ok : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
        _tokens = new RawReceiver(call =>
        {
            var body = $$"""{"access_token":"token-{{Interlocked.Increment(ref _issued)}}","token_type":"Bearer","expires_in":3600}""";
            return call.WriteAsync(_tokenAnswer ?? string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        });
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _harness.Dispose();
        await _endpoint.DisposeAsync();
        await _tokens.DisposeAsync();
    }

    [Test]
    public async Task Send_Basic_SendsTheCredentials()
    {
        var report = await SendAsync(new EndpointAuthentication.Basic("user", new ClearText("pä:ss")));
        _endpoint.Requests.Single().Header("authorization").Should().Be("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pä:ss")));
        report.RequestHeaders.Should().Contain("\"authorization\":\"[redacted]\"");
    }

    [Test]
    public async Task Send_Bearer_SendsTheToken()
    {
        await SendAsync(new EndpointAuthentication.Bearer(new ClearText("abc.def")));
        _endpoint.Requests.Single().Header("authorization").Should().Be("Bearer abc.def");
    }

    [Test]
    public async Task Send_WhileTheNameServerIsAwayForTheTokenEndpoint_IsAFaultOfOurs()
    {
        _harness.Names.Set("id.test", _ => throw new HostUnknownException("id.test", resolverAway: true));

        var report = await SendAsync(new EndpointAuthentication.ClientCredentials(new Uri("https://id.test/token"), "client", new ClearText(Secret), null));

        report.Class.Should().Be(AttemptClass.Internal);
        _endpoint.Requests.Should().BeEmpty();
    }

    [Test]
    public async Task Send_BearerWithALineEnd_IsNotSent()
    {
        var report = await SendAsync(new EndpointAuthentication.Bearer(new ClearText("abc\r\nX-Injected: 1")));
        (report.Class, _endpoint.Connections).Should().Be((AttemptClass.Internal, 0));
    }

    [Test]
    public async Task Send_ClientCredentials_FetchesOneTokenAndKeepsIt()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => SendAsync(Credentials())));
        await SendAsync(Credentials());

        var request = _tokens.Requests.Single();
        request.Header("authorization").Should().Be("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"client:{Uri.EscapeDataString(Secret)}")));
        Encoding.ASCII.GetString(request.Body).Should().Be("grant_type=client_credentials&scope=hooks");
        _endpoint.Requests.Should().HaveCount(11).And.AllSatisfy(r => r.Header("authorization").Should().Be("Bearer token-1"));
    }

    [Test]
    public async Task Send_ClientCredentials_FetchesAgainAMinuteBeforeTheEnd()
    {
        await SendAsync(Credentials());
        _clock.Advance(TimeSpan.FromSeconds(3_539));
        await SendAsync(Credentials());
        _issued.Should().Be(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(Credentials());
        _issued.Should().Be(2);
    }

    [Test]
    public async Task Send_TokenThatIsRefused_IsFetchedAnewOnce()
    {
        _accepted = "token-1";
        (await SendAsync(Credentials())).Class.Should().Be(AttemptClass.Success);
        _accepted = "token-2";
        (await SendAsync(Credentials())).Class.Should().Be(AttemptClass.Success);
        _issued.Should().Be(2);

        _accepted = "none";
        var report = await SendAsync(Credentials());
        (report.Class, report.Status).Should().Be((AttemptClass.Status, 401));
        _issued.Should().Be(3, "once, not for ever");
    }

    [TestCase("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    [TestCase("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{\"access_token\":\"a\\r\\nb\"}\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")]
    public async Task Send_TokenEndpointThatFails_IsASignInFailureAndNotStormed(string answer)
    {
        _tokenAnswer = answer;
        (await SendAsync(Credentials())).Class.Should().Be(AttemptClass.Authentication);
        (await SendAsync(Credentials())).Class.Should().Be(AttemptClass.Authentication);
        (_endpoint.Connections, _tokens.Requests.Count).Should().Be((0, 1));

        _tokenAnswer = null;
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await SendAsync(Credentials())).Class.Should().Be(AttemptClass.Success);
    }

    // Another secret is another credential, whatever is kept.
    [Test]
    public async Task Send_ChangedCredentials_FetchesAnotherToken()
    {
        await SendAsync(Credentials());
        await SendAsync(Credentials() with { ClientSecret = new ClearText("another") });
        _issued.Should().Be(2);
    }

    private EndpointAuthentication.ClientCredentials Credentials() => new(new Uri($"http://127.0.0.1:{_tokens.Port}/token"), "client", new ClearText(Secret), "hooks");

    private Task<AttemptReport> SendAsync(EndpointAuthentication authentication) => _harness.SendAsync(SenderHarness.Target(_endpoint.Url) with { Authentication = authentication });
}
