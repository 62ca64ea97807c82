using System.Text;
using System.Text.Json.Nodes;
using DataHub.Application.Access.Contracts;
using DataHub.Infrastructure.Access.Tokens;
using DataHub.TestKit.Clocks;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Tokens;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class IntrospectionTests
{
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());
    private TokenHarness _harness = null!;

    private int Questions => _harness.Provider.Count("/introspect");

    [SetUp]
    public async Task StartAsync()
    {
        _harness = await TokenHarness.StartAsync(new TokensOptions { TimeoutMilliseconds = 30_000, MaxAnswerKibibytes = 16 }, _clock);
        _harness.Use(_harness.Introspection);
    }

    [TearDown]
    public async Task StopAsync() => await _harness.DisposeAsync();

    [Test]
    public async Task Find_ActiveToken_IsAskedAboutOnceAMinuteWithTheClientsSecret()
    {
        _harness.Provider.Tokens["opaque"] = Active();

        var first = await _harness.FindAsync("opaque");

        first.Should().BeEquivalentTo(new { Status = TokenStatus.Valid, Source = "token:introspected" });
        first.Caller!.Scopes.Covers("orders:read").Should().BeTrue();
        first.Caller.Subject.Should().Be("alice");
        Encoding.ASCII.GetString(Convert.FromBase64String(_harness.Provider.IntrospectionCredential!["Basic ".Length..])).Should().Be("gate%20way:s%3Acret%25");

        _clock.Advance(TimeSpan.FromSeconds(59));
        (await _harness.FindAsync("opaque")).Source.Should().Be("token:cached");
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _harness.FindAsync("opaque");
        Questions.Should().Be(2);
    }

    [Test]
    public async Task Find_TokenThatEndsSoon_IsNotTrustedLonger()
    {
        _harness.Use(_harness.Introspection with { ClockSkewSeconds = 0 });
        _harness.Provider.Tokens["opaque"] = Active(_clock.GetUtcNow().ToUnixTimeSeconds() + 10);
        await _harness.FindAsync("opaque");

        _clock.Advance(TimeSpan.FromSeconds(11));

        (await _harness.FindAsync("opaque")).Status.Should().Be(TokenStatus.Expired);
    }

    [Test]
    public async Task Find_InactiveToken_IsRememberedForSecondsOnly()
    {
        (await _harness.FindAsync("unknown")).Status.Should().Be(TokenStatus.Invalid);
        (await _harness.FindAsync("unknown")).Source.Should().Be("token:cached");
        Questions.Should().Be(1);

        _harness.Provider.Tokens["unknown"] = Active();
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await _harness.FindAsync("unknown")).Status.Should().Be(TokenStatus.Valid);
    }

    [Test]
    public async Task Find_ManyAtOnce_IsOneQuestion()
    {
        _harness.Provider.Tokens["opaque"] = Active();
        var gate = new TaskCompletionSource();
        _harness.Provider.Misbehave = async _ =>
        {
            await gate.Task;
            return false;
        };

        var callers = Enumerable.Range(0, 50).Select(_ => _harness.FindAsync("opaque")).ToList();
        gate.SetResult();

        (await Task.WhenAll(callers)).Should().OnlyContain(a => a.Status == TokenStatus.Valid);
        Questions.Should().Be(1);
    }

    [TestCase(500, "{}")]
    [TestCase(401, """{"active":true}""")]
    [TestCase(302, """{"active":true}""")]
    [TestCase(200, "<html>")]
    [TestCase(200, "")]
    [TestCase(200, "[]")]
    [TestCase(200, """{"active":"true"}""")]
    [TestCase(200, """{"active":false,"active":true}""")]
    public async Task Find_EndpointSaysNothingUsable_FailsClosed(int status, string body)
    {
        _harness.Provider.Misbehave = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync(body);
            return true;
        };

        (await _harness.FindAsync("opaque")).Status.Should().Be(TokenStatus.Unavailable);
        _harness.Provider.Count("/elsewhere").Should().Be(0);
    }

    [Test]
    public async Task Find_EndpointDown_IsUnavailableAndOneQuestionASecondFindsOutThatItIsBack()
    {
        _harness.Provider.Misbehave = context =>
        {
            context.Abort();
            return Task.FromResult(true);
        };
        for (var i = 0; i < 20; i++)
        {
            (await _harness.FindAsync($"t{i}")).Status.Should().Be(TokenStatus.Unavailable);
        }

        Questions.Should().Be(2, "one failure may be about that token");
        _harness.Provider.Misbehave = null;
        _harness.Provider.Tokens["t1"] = Active();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _harness.FindAsync("t1")).Status.Should().Be(TokenStatus.Valid);
    }

    [TestCase(400)]
    [TestCase(404)]
    [TestCase(422)]
    public async Task Find_EndpointRefusesOneToken_RefusesItAndPausesNothing(int status)
    {
        _harness.Provider.Tokens["good"] = Active();
        Fail(status, "bad", "worse");

        (await _harness.FindAsync("bad")).Status.Should().Be(TokenStatus.Invalid);
        (await _harness.FindAsync("worse")).Status.Should().Be(TokenStatus.Invalid);

        (await _harness.FindAsync("good")).Status.Should().Be(TokenStatus.Valid);
        (await _harness.FindAsync("bad")).Source.Should().Be("token:cached");
        Questions.Should().Be(3);
        (await _harness.Issuers.ProbeAsync(TokenHarness.Id, CancellationToken.None))!.Reachable.Should().BeTrue();
    }

    // The wrong address: callers are refused, but whoever checks the issuer is told.
    [Test]
    public async Task Probe_EndpointRefusesTheQuestion_TellsIt()
    {
        _harness.Provider.Misbehave = context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.FromResult(true);
        };

        (await _harness.Issuers.ProbeAsync(TokenHarness.Id, CancellationToken.None))!.Problem.Should().Be("introspection answered 404");
    }

    [Test]
    public async Task Find_EndpointFailsOverOneToken_PausesNothingUntilAnotherFailsToo()
    {
        _harness.Provider.Tokens["good"] = Active();
        _harness.Provider.Tokens["better"] = Active();
        Fail(500, "bad", "worse");

        (await _harness.FindAsync("bad")).Status.Should().Be(TokenStatus.Unavailable);
        (await _harness.FindAsync("bad")).Status.Should().Be(TokenStatus.Unavailable);
        (await _harness.FindAsync("good")).Status.Should().Be(TokenStatus.Valid, "it is asked about");
        (await _harness.FindAsync("worse")).Status.Should().Be(TokenStatus.Unavailable);
        Questions.Should().Be(4);

        (await _harness.FindAsync("bad")).Status.Should().Be(TokenStatus.Unavailable);
        (await _harness.FindAsync("better")).Status.Should().Be(TokenStatus.Unavailable, "two in a row have failed");
        Questions.Should().Be(5);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _harness.FindAsync("better")).Status.Should().Be(TokenStatus.Valid);
    }

    [TestCase(401)]
    [TestCase(403)]
    [TestCase(429)]
    public async Task Find_EndpointRefusesTheGateway_PausesAtOnce(int status)
    {
        _harness.Provider.Tokens["good"] = Active();
        Fail(status, "any");

        (await _harness.FindAsync("any")).Status.Should().Be(TokenStatus.Unavailable);
        (await _harness.FindAsync("good")).Status.Should().Be(TokenStatus.Unavailable);

        Questions.Should().Be(1);
    }

    [TestCase("iss", "https://other.example", "issuer")]
    [TestCase("aud", "another", "audience")]
    public async Task Find_ActiveTokenThatIsNotForUs_IsRememberedLikeAnInactiveOne(string claim, string value, string reason)
    {
        _harness.Use(_harness.Introspection with { Audiences = ["gateway"] });
        var token = Active();
        token["aud"] = "gateway";
        token[claim] = value;
        _harness.Provider.Tokens["opaque"] = token;

        (await _harness.FindAsync("opaque")).Status.Should().Be(TokenStatus.Invalid);
        var again = await _harness.FindAsync("opaque");

        again.Should().BeEquivalentTo(new { Status = TokenStatus.Invalid, Source = "token:cached" });
        again.Reason.Should().Contain(reason);
        Questions.Should().Be(1);
        _clock.Advance(TimeSpan.FromSeconds(5));
        (await _harness.FindAsync("opaque")).Source.Should().Be("token:introspected");
    }

    [Test]
    public async Task Find_EndpointDown_RememberedTokenGoesOnUntilItsMinuteIsOver()
    {
        _harness.Provider.Tokens["opaque"] = Active();
        await _harness.FindAsync("opaque");
        _harness.Provider.Misbehave = context =>
        {
            context.Abort();
            return Task.FromResult(true);
        };

        _clock.Advance(TimeSpan.FromSeconds(30));
        (await _harness.FindAsync("opaque")).Status.Should().Be(TokenStatus.Valid);
        _clock.Advance(TimeSpan.FromSeconds(31));
        (await _harness.FindAsync("opaque")).Status.Should().Be(TokenStatus.Unavailable);
    }

    [Test]
    public async Task Find_EndlessAnswer_IsCutOffAndFailsClosed()
    {
        _harness.Provider.Misbehave = async context =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await context.Response.WriteAsync(new string(' ', 4096));
            }

            return true;
        };

        (await _harness.FindAsync("opaque")).Status.Should().Be(TokenStatus.Unavailable);
    }

    // A key of the gateway sent by mistake is not shown to an identity provider.
    [TestCase("dh_live_0123456789")]
    [TestCase("DH_TEST_0123456789")]
    [TestCase("with space")]
    [TestCase("newline\n")]
    [TestCase("Zoë")]
    public async Task Find_WhatIsNoToken_IsNotAskedAbout(string token)
    {
        (await _harness.FindAsync(token)).Status.Should().Be(TokenStatus.Invalid);
        Questions.Should().Be(0);
    }

    private void Fail(int status, params string[] tokens) => _harness.Provider.Misbehave = async context =>
    {
        var form = await context.Request.ReadFormAsync();
        if (!tokens.Contains((string?)form["token"] ?? ""))
        {
            return false;
        }

        context.Response.StatusCode = status;
        return true;
    };

    private JsonObject Active(long? exp = null) => new()
    {
        ["active"] = true, ["sub"] = "alice", ["scope"] = "orders:read", ["iss"] = _harness.Provider.Address, ["exp"] = exp ?? _clock.GetUtcNow().ToUnixTimeSeconds() + 3600,
    };
}
