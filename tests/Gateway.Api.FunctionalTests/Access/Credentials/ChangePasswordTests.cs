using System.Net;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Waiting;
using FluentAssertions;
using Npgsql;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Credentials;

public class ChangePasswordTests : SignInFixture
{
    private const string Path = "/api/v1/auth/password:change";
    private const string NewPassword = "another sentence, easy to keep";

    protected override string[] Settings => ["IpRules:FailedAuthenticationsPerMinute=0", "Edge:TrustedProxies=127.0.0.1"];

    [Test]
    public async Task Change_EndsTheOtherSessionsAndKeepsThisOne()
    {
        var (client, signedIn, _) = await SignedInAsync();
        using var _1 = client;
        var email = signedIn.Data["user"]!["email"]!.ToString();
        using var other = new PersonClient(OtherNode);
        (await other.SignInAsync(email, Password)).Is(HttpStatusCode.OK);

        (await client.PostAsync(Path, new { currentPassword = Password, newPassword = NewPassword })).Is(HttpStatusCode.NoContent);

        (await client.GetAsync("/api/v1/auth/me")).Is(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => (await other.GetAsync("/api/v1/auth/me")).Code == "session_ended", "the other session ends");
        (await other.SignInAsync(email, Password)).Is(HttpStatusCode.Unauthorized);
        (await other.SignInAsync(email, NewPassword)).Is(HttpStatusCode.OK);
    }

    [TestCase("short", "too_short")]
    [TestCase("Password1234!", "too_common")]
    [TestCase("qwertyuiop12", "too_common")]
    [TestCase("aaaaaaaaaaaaaaaa", "too_common")]
    public async Task Change_PasswordThatIsGuessedAtOnce_IsRefused(string password, string code)
    {
        var (client, _, _) = await SignedInAsync();
        using var _1 = client;

        var answer = (await client.PostAsync(Path, new { currentPassword = Password, newPassword = password })).Is(HttpStatusCode.BadRequest);

        answer.Pointers.Should().Equal("/newPassword");
        answer.Body["errors"]![0]!["code"]!.ToString().Should().Be(code);
    }

    // A session that was left open is not enough to take the account over, and no way around the delays either.
    [Test]
    public async Task Change_WrongCurrentPassword_IsRefusedAndThrottled()
    {
        var (client, signedIn, _) = await SignedInAsync();
        using var _1 = client;
        client.Headers["X-Forwarded-For"] = "198.51.100.77";
        for (var i = 0; i < 5; i++)
        {
            (await client.PostAsync(Path, new { currentPassword = "wrong", newPassword = NewPassword })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        }

        await Database.ExecuteAsync("UPDATE access.sign_in_failures SET blocked_until = now() + interval '1 hour' WHERE blocked_until IS NOT NULL");
        (await client.PostAsync(Path, new { currentPassword = Password, newPassword = NewPassword })).Is(HttpStatusCode.TooManyRequests).Code.Should().Be("login_throttled");
        (await client.SignInAsync(signedIn.Data["user"]!["email"]!.ToString(), Password)).Is(HttpStatusCode.TooManyRequests);
    }

    // The slow hash and the count of failures have connections of their own: one that waits for them with another in hand would exhaust the pool.
    [Test]
    public async Task Change_WhileThePasswordIsProven_HoldsNoTransaction()
    {
        var (client, _, _) = await SignedInAsync();
        using var _1 = client;
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("LOCK TABLE access.sign_in_failures", holder);
        await hold.ExecuteNonQueryAsync();

        var change = client.PostAsync(Path, new { currentPassword = Password, newPassword = NewPassword });
        await Database.WaitForWaitersAsync();

        await Eventually.TrueAsync(
            async () => await Database.QueryScalarAsync<long>(
                $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> {holder.ProcessID}") == 0,
            "nobody else has a transaction open");
        await transaction.RollbackAsync();
        (await change).Is(HttpStatusCode.NoContent);
    }

    // Whoever knew the old password must not keep the account by changing it while its owner sets another one with a link.
    [Test]
    public async Task Change_PasswordWasSetMeanwhile_IsRefused()
    {
        var (client, _, id) = await SignedInAsync();
        using var _1 = client;
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var reset = new NpgsqlCommand($"UPDATE access.user_credentials SET password_hash = 'another' WHERE id = '{id.Value}'", holder);
        await reset.ExecuteNonQueryAsync();

        var change = client.PostAsync(Path, new { currentPassword = Password, newPassword = NewPassword });
        await Database.WaitForWaitersAsync();
        await transaction.CommitAsync();

        (await change).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        (await Database.QueryScalarAsync<string>($"SELECT password_hash FROM access.user_credentials WHERE id = '{id.Value}'")).Should().Be("another");
    }
}
