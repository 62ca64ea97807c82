using System.Net;
using DataHub.Domain.Access.Credentials;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access.Credentials;

public class TotpTests : SignInFixture
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    protected override string[] Settings => ["IpRules:FailedAuthenticationsPerMinute=0"];

    [Test]
    public async Task SecondFactor_OnceConfirmed_IsAskedForAndACodeWorksOnce()
    {
        var (email, secret, _) = await EnrolledAsync();
        using var client = new PersonClient(Node);
        using var other = new PersonClient(OtherNode);

        (await client.SignInAsync(email, Password)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("second_factor_required");
        (await client.SignInAsync(email, "wrong password", new { code = CodeOf(secret, 1) })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        (await client.SignInAsync(email, Password, new { code = WrongCodeOf(secret) })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        var code = CodeOf(secret, 1);
        (await client.SignInAsync(email, Password, new { code })).Is(HttpStatusCode.OK);

        // The one who looked over the shoulder, on another node.
        (await other.SignInAsync(email, Password, new { code })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        (await other.SignInAsync(email, Password, new { code = CodeOf(secret, 0) })).Is(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task SecondFactor_OneCodeManyTimesAtOnce_LetsOneIn()
    {
        var (email, secret, _) = await EnrolledAsync();
        var code = CodeOf(secret, 1);
        using var one = new PersonClient(Node);
        using var two = new PersonClient(OtherNode);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? one : two).PostAsync("/api/v1/auth/login", new { email, password = Password, code })));

        answers.Count(a => a.Status == HttpStatusCode.OK).Should().Be(1);
    }

    [Test]
    public async Task RecoveryCode_WorksOnceWhateverItsForm()
    {
        var (email, _, codes) = await EnrolledAsync();
        codes.Should().HaveCount(10).And.OnlyHaveUniqueItems();
        using var client = new PersonClient(Node);

        (await client.SignInAsync(email, Password, new { recoveryCode = codes[0].Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() })).Is(HttpStatusCode.OK);
        (await client.SignInAsync(email, Password, new { recoveryCode = codes[0] })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        (await client.SignInAsync(email, Password, new { recoveryCode = codes[1] })).Is(HttpStatusCode.OK);
        (await Database.QueryScalarAsync<int>($"SELECT cardinality(recovery_codes) FROM access.user_credentials c JOIN access.users u USING (id) WHERE u.email = '{email}'")).Should().Be(8);
    }

    [Test]
    public async Task SecondFactor_InTheStore_IsSealed()
    {
        var (email, secret, _) = await EnrolledAsync();

        var stored = await Database.QueryScalarAsync<byte[]>($"SELECT totp_secret FROM access.user_credentials c JOIN access.users u USING (id) WHERE u.email = '{email}'");

        Convert.ToHexString(stored).Should().NotContain(Convert.ToHexString(secret));
    }

    [Test]
    public async Task Confirm_WrongCodeOrTwice_IsRefused()
    {
        var (client, _, _) = await SignedInAsync();
        using var _1 = client;
        (await client.PostAsync("/api/v1/auth/totp:confirm", new { code = "123456" })).Is(HttpStatusCode.Conflict);
        var secret = Decode((await client.PostAsync("/api/v1/auth/totp")).Is(HttpStatusCode.OK).Data["secret"]!.ToString());

        (await client.PostAsync("/api/v1/auth/totp:confirm", new { code = "12345" })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        (await client.PostAsync("/api/v1/auth/totp:confirm", new { code = CodeOf(secret, 0) })).Is(HttpStatusCode.OK);
        (await client.PostAsync("/api/v1/auth/totp:confirm", new { code = CodeOf(secret, 1) })).Is(HttpStatusCode.Conflict);
        (await client.PostAsync("/api/v1/auth/totp")).Is(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Remove_NeedsThePasswordAndAnAdministratorDoesNot()
    {
        var (email, secret, _) = await EnrolledAsync();
        using var client = new PersonClient(Node);
        await client.SignInAsync(email, Password, new { code = CodeOf(secret, 1) });

        (await client.PostAsync("/api/v1/auth/totp:remove", new { password = "wrong" })).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        (await client.PostAsync("/api/v1/auth/totp:remove", new { password = Password })).Is(HttpStatusCode.NoContent);
        (await client.SignInAsync(email, Password)).Is(HttpStatusCode.OK);

        var (other, _, _) = await EnrolledAsync();
        var id = (await client.GetAsync("/api/v1/users?q=" + other)).Is(HttpStatusCode.OK).Body["data"]![0]!["id"];
        (await client.PostAsync($"/api/v1/users/{id}:reset-second-factor")).Is(HttpStatusCode.NoContent);
        (await client.SignInAsync(other, Password)).Is(HttpStatusCode.OK);
    }

    private async Task<(string Email, byte[] Secret, string[] RecoveryCodes)> EnrolledAsync()
    {
        var (client, signedIn, _) = await SignedInAsync();
        using var _1 = client;
        var begun = (await client.PostAsync("/api/v1/auth/totp")).Is(HttpStatusCode.OK);
        var email = signedIn.Data["user"]!["email"]!.ToString();
        begun.Data["uri"]!.ToString().Should().StartWith($"otpauth://totp/DataHub:{Uri.EscapeDataString(email)}?secret={begun.Data["secret"]}&issuer=DataHub");
        var secret = Decode(begun.Data["secret"]!.ToString());
        (await new PersonClient(Node).SignInAsync(email, Password)).Is(HttpStatusCode.OK);
        var confirmed = (await client.PostAsync("/api/v1/auth/totp:confirm", new { code = CodeOf(secret, 0) })).Is(HttpStatusCode.OK);
        return (email, secret, [.. confirmed.Data["recoveryCodes"]!.AsArray().Select(c => c!.ToString())]);
    }

    private static string CodeOf(byte[] secret, int steps) => Totp.CodeOf(secret, Totp.StepOf(TimeProvider.System.GetUtcNow()) + steps);

    // Of no step that may be meant, however long the request takes.
    private static string WrongCodeOf(byte[] secret) =>
        Enumerable.Range(0, 10).Select(d => new string((char)('0' + d), 6)).First(code => Enumerable.Range(-1, 5).All(step => CodeOf(secret, step) != code));

    private static byte[] Decode(string base32)
    {
        var bits = string.Concat(base32.Select(c => Convert.ToString(Base32.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    [Test]
    public async Task Remove_PasswordWasSetMeanwhile_LeavesItOn()
    {
        var (client, _, id) = await SignedInAsync();
        using var _1 = client;
        await using var holder = await Database.DataSource.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using var reset = new Npgsql.NpgsqlCommand($"UPDATE access.user_credentials SET password_hash = 'another', totp_secret = 'x', totp_confirmed_at = now() WHERE id = '{id.Value}'", holder);
        await reset.ExecuteNonQueryAsync();

        var removal = client.PostAsync("/api/v1/auth/totp:remove", new { password = Password });
        await Database.WaitForWaitersAsync();
        await transaction.CommitAsync();

        (await removal).Is(HttpStatusCode.Unauthorized).Code.Should().Be("login_failed");
        (await Database.QueryScalarAsync<bool>($"SELECT totp_confirmed_at IS NOT NULL FROM access.user_credentials WHERE id = '{id.Value}'")).Should().BeTrue();
    }
}
