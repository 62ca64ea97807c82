using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.ApiKeys;

public class ApiKeyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Issue_ValidSettings_IsActiveWithItsFirstSecret()
    {
        var key = Issue(Settings(scopes: ["a:read", "a:read", "b:*"]));

        key.StatusAt(Noon).Should().Be(KeyStatus.Active);
        key.Secrets.Should().ContainSingle().Which.Version.Should().Be(1);
        key.Scopes.Should().Equal("a:read", "b:*");
        key.Version.Should().Be(1);
        key.CreatedAt.Should().Be(Noon);
    }

    [TestCase("", "/name")]
    [TestCase(101, "/name")]
    public void Issue_NameOutOfBounds_IsRefused(object name, string pointer) =>
        Refused(() => Issue(Settings(name is int length ? new string('n', length) : (string)name))).Should().Be(pointer);

    [Test]
    public void Issue_OtherBrokenRules_AreRefusedWithThePointer()
    {
        Refused(() => Issue(Settings(scopes: ["no scope"]))).Should().Be("/scopes");
        Refused(() => Issue(Settings(scopes: [.. Enumerable.Range(0, 101).Select(i => $"r{i}:a")]))).Should().Be("/scopes");
        Refused(() => Issue(Settings(ips: [.. Enumerable.Range(0, 51).Select(i => Range($"10.0.0.{i}"))]))).Should().Be("/allowedIps");
        Refused(() => Issue(Settings(expiresAt: Noon))).Should().Be("/expiresAt");
    }

    [Test]
    public void StatusAt_Expiry_IsExpiredFromThatInstantOn()
    {
        var key = Issue(Settings(expiresAt: Noon.AddHours(1)));

        key.StatusAt(Noon.AddHours(1).AddTicks(-1)).Should().Be(KeyStatus.Active);
        key.StatusAt(Noon.AddHours(1)).Should().Be(KeyStatus.Expired);
    }

    [Test]
    public void StatusAt_SeveralReasons_NamesTheFirst()
    {
        var key = Issue(Settings(expiresAt: Noon.AddHours(1)));
        key.Disable(Noon);
        key.StatusAt(Noon).Should().Be(KeyStatus.Disabled);
        key.StatusAt(Noon.AddHours(2)).Should().Be(KeyStatus.Expired);

        key.Revoke("leaked", Noon);

        key.StatusAt(Noon.AddHours(2)).Should().Be(KeyStatus.Revoked);
        key.RevokedReason.Should().Be("leaked");
    }

    [Test]
    public void AnyChange_RevokedKey_IsRefusedAndLeavesItUnchanged()
    {
        var key = Issue(Settings());
        key.Revoke(null, Noon);

        foreach (var change in new Action[]
        {
            () => key.Revoke("again", Noon.AddDays(1)), () => key.Disable(Noon), () => key.Enable(Noon), () => key.Update(Settings("new name"), Noon),
        })
        {
            change.Should().Throw<DomainException>().Which.Error.Should().BeSameAs(ApiKeyErrors.Revoked);
        }

        key.RevokedAt.Should().Be(Noon);
        key.Name.Should().Be("key");
    }

    [Test]
    public void Update_ExpiredKeyWithItsOldEnd_CanStillBeRenamed()
    {
        var end = Noon.AddHours(1);
        var key = Issue(Settings(expiresAt: end));

        key.Update(Settings("renamed", expiresAt: end), Noon.AddDays(1));

        key.Name.Should().Be("renamed");
        Refused(() => key.Update(Settings(expiresAt: end.AddMinutes(1)), Noon.AddDays(1))).Should().Be("/expiresAt");
    }

    [Test]
    public void Update_RefusedSettings_ChangeNothing()
    {
        var key = Issue(Settings());

        Refused(() => key.Update(Settings("renamed", expiresAt: Noon.AddDays(-1)), Noon)).Should().Be("/expiresAt");

        key.Name.Should().Be("key");
    }

    [Test]
    public void DisableAndEnable_Repeated_AreQuiet()
    {
        var key = Issue(Settings());

        key.Enable(Noon.AddHours(1));
        key.UpdatedAt.Should().Be(Noon);
        key.Disable(Noon.AddHours(2));
        key.Disable(Noon.AddHours(3));

        key.DisabledAt.Should().Be(Noon.AddHours(2));
    }

    private static ApiKey Issue(ApiKeySettings settings) => ApiKey.Issue(
        new ApiKeyId(Guid.CreateVersion7()), new ConsumerId(Guid.CreateVersion7()), KeyEnvironment.Live,
        new SecretFingerprint(default, 1, "dh_live_aaaa", "zzzz"), settings, "system", Noon);

    private static ApiKeySettings Settings(string name = "key", string[]? scopes = null, IpRange[]? ips = null, DateTimeOffset? expiresAt = null) =>
        new(name, scopes ?? [], null, ips ?? [], expiresAt, new Dictionary<string, string>());

    private static IpRange Range(string text) => IpRange.TryParse(text, out var range) is null ? range! : throw new ArgumentException(text);

    private static string? Refused(Action action) => action.Should().Throw<DomainException>().Which.Pointer;
}
