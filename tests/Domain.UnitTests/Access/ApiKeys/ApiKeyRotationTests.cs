using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.ApiKeys;

public class ApiKeyRotationTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Rotate_WithGrace_AcceptsTheOldSecretUntilItsEnd()
    {
        var key = Issue();

        var end = key.Rotate(Secret(2), TimeSpan.FromMinutes(5), Noon);

        end.Should().Be(Noon.AddMinutes(5));
        key.Secrets.Select(s => s.Version).Should().Equal(1, 2);
        key.Secrets[0].IsAcceptedAt(Noon.AddMinutes(5).AddTicks(-1)).Should().BeTrue();
        key.Secrets[0].IsAcceptedAt(Noon.AddMinutes(5)).Should().BeFalse();
        key.Secrets[0].ReplacedAt.Should().Be(Noon);
        key.Secrets[1].NotAfter.Should().BeNull();
        key.Secrets[1].ReplacedAt.Should().BeNull();
    }

    // The answer to a leak: one rotation must be enough, whatever grace was promised before.
    [Test]
    public void Rotate_WithoutGrace_CutsOffEveryEarlierSecretAtOnce()
    {
        var key = Issue();
        key.Rotate(Secret(2), TimeSpan.FromDays(7), Noon);

        key.Rotate(Secret(3), TimeSpan.Zero, Noon.AddHours(1));

        key.Secrets.Select(s => s.IsAcceptedAt(Noon.AddHours(1))).Should().Equal(false, false, true);
    }

    [Test]
    public void Rotate_Again_NeverMovesAnEndBack()
    {
        var key = Issue();
        key.Rotate(Secret(2), TimeSpan.FromMinutes(5), Noon);

        key.Rotate(Secret(3), TimeSpan.FromDays(7), Noon.AddMinutes(1));

        key.Secrets[0].NotAfter.Should().Be(Noon.AddMinutes(5));
        key.Secrets[0].ReplacedAt.Should().Be(Noon);
        key.Secrets[1].NotAfter.Should().Be(Noon.AddMinutes(1).AddDays(7));
    }

    [Test]
    public void Rotate_KeyThatEndsBefore_GraceEndsWithTheKey()
    {
        var key = Issue(expiresAt: Noon.AddHours(1));

        key.Rotate(Secret(2), TimeSpan.FromDays(1), Noon).Should().Be(Noon.AddHours(1));
    }

    [Test]
    public void Rotate_ExpiredOrRevokedKey_IsRefusedAndLeavesItUnchanged()
    {
        var expired = Issue(expiresAt: Noon.AddHours(1));
        var revoked = Issue();
        revoked.Revoke(null, Noon);

        Refusal(() => expired.Rotate(Secret(2), TimeSpan.Zero, Noon.AddHours(1))).Error.Should().BeSameAs(ApiKeyErrors.Expired);
        Refusal(() => revoked.Rotate(Secret(2), TimeSpan.Zero, Noon)).Error.Should().BeSameAs(ApiKeyErrors.Revoked);
        expired.Secrets.Should().ContainSingle();
        revoked.Secrets.Should().ContainSingle();
    }

    [TestCase(-1)]
    [TestCase(30 * 86_400 + 1)]
    public void Rotate_GraceOutOfRange_IsRefused(int seconds)
    {
        var key = Issue();

        Refusal(() => key.Rotate(Secret(2), TimeSpan.FromSeconds(seconds), Noon)).Pointer.Should().Be("/graceSeconds");

        key.Secrets.Should().ContainSingle().Which.NotAfter.Should().BeNull();
    }

    [Test]
    public void Rotate_FiveSecretsAccepted_IsRefusedUnlessItCutsThemOff()
    {
        var key = Issue();
        for (var i = 2; i <= ApiKey.MaxAcceptedSecrets; i++)
        {
            key.Rotate(Secret(i), TimeSpan.FromDays(1), Noon);
        }

        Refusal(() => key.Rotate(Secret(9), TimeSpan.FromSeconds(1), Noon)).Error.Should().BeSameAs(ApiKeyErrors.TooManySecrets);
        key.Rotate(Secret(9), TimeSpan.Zero, Noon);

        key.Secrets.Count(s => s.IsAcceptedAt(Noon)).Should().Be(1);
    }

    [Test]
    public void Rotate_ManyTimes_ForgetsTheOldestThatEnded()
    {
        var key = Issue();
        for (var i = 2; i <= 30; i++)
        {
            key.Rotate(Secret(i), TimeSpan.Zero, Noon);
        }

        key.Secrets.Should().HaveCount(ApiKey.MaxRememberedSecrets);
        key.Secrets[^1].Version.Should().Be(30);
    }

    [Test]
    public void EndCurrentSecret_BySchedule_EndsItWithoutAnother()
    {
        var key = Issue();

        key.EndCurrentSecret(TimeSpan.FromDays(7), Noon).Should().Be(Noon.AddDays(7));

        key.Secrets.Should().ContainSingle().Which.IsAcceptedAt(Noon.AddDays(7)).Should().BeFalse();
    }

    [TestCase(0, 0, false)]
    [TestCase(731, 0, false)]
    [TestCase(1, -1, false)]
    [TestCase(1, 0, true)]
    [TestCase(730, 2_592_000, true)]
    [TestCase(730, 2_592_001, false)]
    public void IsInRange_Schedule_HasItsBounds(int days, int grace, bool valid) => new RotationSchedule(days, grace, true).IsInRange().Should().Be(valid);

    [Test]
    public void FindingsOf_Key_SayWhatIsWorthLookingAt()
    {
        KeyHealth.FindingsOf(Issue(), Noon).Should().Equal(KeyHealthCode.NeverUsed);
        KeyHealth.FindingsOf(Issue(expiresAt: Noon.AddDays(14)), Noon).Should().Equal(KeyHealthCode.ExpiresSoon, KeyHealthCode.NeverUsed);
        KeyHealth.FindingsOf(Issue(expiresAt: Noon.AddDays(15)), Noon).Should().NotContain(KeyHealthCode.ExpiresSoon);
        var off = Issue();
        off.Disable(Noon);
        KeyHealth.FindingsOf(off, Noon).Should().BeEmpty();
    }

    private static DomainException Refusal(Action action) => action.Should().Throw<DomainException>().Which;

    private static ApiKey Issue(DateTimeOffset? expiresAt = null) => ApiKey.Issue(
        new ApiKeyId(Guid.CreateVersion7()), new ConsumerId(Guid.CreateVersion7()), KeyEnvironment.Live, Secret(1),
        new ApiKeySettings("key", [], null, [], expiresAt, new Dictionary<string, string>()), "system", Noon);

    private static SecretFingerprint Secret(byte number) => new(new SecretDigest([.. Enumerable.Repeat(number, SecretDigest.Length)]), 1, "dh_live_aaaa", "zzzz");

    private static SecretFingerprint Secret(int number) => Secret((byte)number);
}
