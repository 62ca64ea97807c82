using System.Net;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.SignIn;

public class SignInThrottleTests : SignInFixture
{
    private static int s_addresses;

    protected override string[] Settings => ["Edge:TrustedProxies=127.0.0.1", "IpRules:FailedAuthenticationsPerMinute=0"];

    [Test]
    public async Task Login_FailedAgainAndAgain_IsDelayedMoreEachTimeAndSaysForHowLong()
    {
        var (_, email) = await NewPersonAsync();
        using var client = From(NewAddress());
        for (var i = 0; i < 5; i++)
        {
            (await client.SignInAsync(email, "wrong")).Is(HttpStatusCode.Unauthorized);
        }

        (await DelayAsync(email)).Should().Be(1);
        await StretchAsync();
        var refused = (await client.SignInAsync(email, Password)).Is(HttpStatusCode.TooManyRequests);
        refused.Code.Should().Be("login_throttled");
        int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(1, 3600);
        await PassAsync();
        (await client.SignInAsync(email, "wrong")).Is(HttpStatusCode.Unauthorized);
        (await DelayAsync(email)).Should().Be(2);
        await PassAsync();
        (await client.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
        (await client.SignInAsync(email, "wrong")).Is(HttpStatusCode.Unauthorized);
        (await client.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Login_UnknownAccount_IsDelayedInTheSameWay()
    {
        using var client = From(NewAddress());
        var email = NewEmail();
        for (var i = 0; i < 5; i++)
        {
            (await client.SignInAsync(email, "wrong")).Is(HttpStatusCode.Unauthorized);
        }

        (await DelayAsync(email)).Should().Be(1);
        await StretchAsync();
        (await client.SignInAsync(email, "wrong")).Is(HttpStatusCode.TooManyRequests);
    }

    // The guarantee: whoever guesses from elsewhere, however much, does not keep the person out: neither from where they always come, nor from a new place.
    [Test]
    public async Task Login_AccountUnderAttackFromManyAddresses_LetsThePersonInAtTheFirstTry()
    {
        var (_, email) = await NewPersonAsync();
        using var home = From(NewAddress());
        (await home.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
        await AttackAsync(email, addresses: 12, each: 5);

        (await home.SignInAsync(email, "a slip")).Is(HttpStatusCode.Unauthorized);
        (await home.SignInAsync(email, "another slip")).Is(HttpStatusCode.Unauthorized);
        (await home.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
        using var hotel = From(NewAddress());
        (await hotel.SignInAsync(email, Password)).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Login_AccountUnderAttack_GivesNewAddressesOneFreeTryOnly()
    {
        var (_, email) = await NewPersonAsync();
        await AttackAsync(email, addresses: 11, each: 5);
        using var attacker = From(NewAddress());

        (await attacker.SignInAsync(email, "wrong")).Is(HttpStatusCode.Unauthorized);
        await StretchAsync();
        (await attacker.SignInAsync(email, "wrong")).Is(HttpStatusCode.TooManyRequests);
    }

    [Test]
    public async Task Login_KnownBrowserAtTheAddressOfTheAttacker_IsNotDelayed()
    {
        var (_, email) = await NewPersonAsync();
        var office = NewAddress();
        using var browser = From(office);
        browser.Headers["X-DataHub-Console"] = "1";
        var first = (await browser.SignInAsync(email, Password, new { cookies = true })).Is(HttpStatusCode.OK);
        using var attacker = From(office);
        for (var i = 0; i < 6; i++)
        {
            await attacker.SignInAsync(email, "wrong");
        }

        await StretchAsync();
        (await attacker.SignInAsync(email, Password)).Is(HttpStatusCode.TooManyRequests);
        browser.Headers["Cookie"] = first.Headers["Set-Cookie"].Split(", ").Single(c => c.StartsWith("datahub-device", StringComparison.Ordinal)).Split(';')[0];
        (await browser.SignInAsync(email, Password, new { cookies = true })).Is(HttpStatusCode.OK);
    }

    [Test]
    public async Task Login_OnePasswordOnManyAccounts_DelaysTheAddress()
    {
        using var attacker = From(NewAddress());
        for (var i = 0; i < 30; i++)
        {
            (await attacker.SignInAsync(NewEmail(), "wrong")).Is(HttpStatusCode.Unauthorized);
        }

        await StretchAsync();
        (await attacker.SignInAsync(NewEmail(), "wrong")).Is(HttpStatusCode.TooManyRequests);
    }

    // Counted before the hash is computed: otherwise all of them would pass before the first is known to have failed.
    [Test]
    public async Task Login_ManyAtOnceOnBothNodes_AreNotMoreTries()
    {
        var (_, email) = await NewPersonAsync();
        var address = NewAddress();
        using var one = From(address);
        using var two = From(address, OtherNode);
        await one.SignInAsync(email, "wrong");
        await Database.ExecuteAsync($"UPDATE access.sign_in_failures SET failures = 20 WHERE bucket = sha256(convert_to('pair' || chr(10) || '{email}' || chr(10) || '{address}', 'UTF8'))");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).SignInAsync(email, "wrong")));

        answers.Count(a => a.Status == HttpStatusCode.Unauthorized).Should().Be(1);
        answers.Count(a => a.Status == HttpStatusCode.TooManyRequests).Should().Be(19);
    }

    [Test]
    public async Task Login_AddressesOfOneIpv6Network_AreOneOrigin()
    {
        var (_, email) = await NewPersonAsync();
        for (var i = 1; i <= 5; i++)
        {
            using var client = From($"2001:db8:1:2::{i}");
            (await client.SignInAsync(email, "wrong")).Is(HttpStatusCode.Unauthorized);
        }

        await StretchAsync();
        using var last = From("2001:db8:1:2:ffff::1");
        (await last.SignInAsync(email, "wrong")).Is(HttpStatusCode.TooManyRequests);
    }

    private static string NewAddress() => $"203.0.{Interlocked.Increment(ref s_addresses) / 250}.{(s_addresses % 250) + 1}";

    private PersonClient From(string address, TestGateway? node = null)
    {
        var client = new PersonClient(node ?? Node);
        client.Headers["X-Forwarded-For"] = address;
        return client;
    }

    // As the attempts would have left it; making them costs seconds of hashing.
    private async Task AttackAsync(string email, int addresses, int each)
    {
        using var attacker = From(NewAddress());
        (await attacker.SignInAsync(email, "wrong")).Is(HttpStatusCode.Unauthorized);
        await Database.ExecuteAsync($"UPDATE access.sign_in_failures SET failures = failures + {(addresses * each) - 1} WHERE bucket = sha256(convert_to('account' || chr(10) || '{email}', 'UTF8'))");
    }

    private Task<int> DelayAsync(string email) => Database.QueryScalarAsync<int>($"""
        SELECT extract(epoch FROM blocked_until - last_at)::int FROM access.sign_in_failures
        WHERE bucket = sha256(convert_to('pair' || chr(10) || '{email}' || chr(10) || '203.0.{s_addresses / 250}.{(s_addresses % 250) + 1}', 'UTF8'))
        """);

    // The tests may be slow, and delays of a second over before they look.
    private Task StretchAsync() => Database.ExecuteAsync("UPDATE access.sign_in_failures SET blocked_until = now() + interval '1 hour' WHERE blocked_until IS NOT NULL");

    private Task PassAsync() => Database.ExecuteAsync("UPDATE access.sign_in_failures SET blocked_until = now() - interval '1 second' WHERE blocked_until IS NOT NULL");
}
