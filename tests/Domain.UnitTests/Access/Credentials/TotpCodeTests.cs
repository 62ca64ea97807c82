using System.Text;
using DataHub.Domain.Access.Credentials;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Credentials;

public class TotpCodeTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B (SHA-1, eight digits).
    [TestCase(59, "94287082")]
    [TestCase(1111111109, "07081804")]
    [TestCase(1111111111, "14050471")]
    [TestCase(1234567890, "89005924")]
    [TestCase(2000000000, "69279037")]
    [TestCase(20000000000, "65353130")]
    public void CodeOf_TestVectorsOfTheRfc_AreMet(long seconds, string code) =>
        Totp.CodeOf(Secret, Totp.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8).Should().Be(code);

    // RFC 4226, appendix D.
    [TestCase(0, "755224")]
    [TestCase(1, "287082")]
    [TestCase(9, "520489")]
    public void CodeOf_CountersOfRfc4226_AreMet(long counter, string code) => Totp.CodeOf(Secret, counter).Should().Be(code);

    [Test]
    public void FindStep_TakesOneStepBeforeAndAfterAndNoMore()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111111);
        var step = Totp.StepOf(now);

        Totp.FindStep(Secret, Totp.CodeOf(Secret, step), now).Should().Be(step);
        Totp.FindStep(Secret, Totp.CodeOf(Secret, step - 1), now).Should().Be(step - 1);
        Totp.FindStep(Secret, Totp.CodeOf(Secret, step + 1).Insert(3, " "), now).Should().Be(step + 1);
        Totp.FindStep(Secret, Totp.CodeOf(Secret, step - 2), now).Should().BeNull();
        Totp.FindStep(Secret, Totp.CodeOf(Secret, step + 2), now).Should().BeNull();
        Totp.FindStep(Secret, "", now).Should().BeNull();
        Totp.FindStep(Secret, "١٢٣٤٥٦", now).Should().BeNull();
    }

    // RFC 4648, section 10.
    [TestCase("", "")]
    [TestCase("f", "MY")]
    [TestCase("fo", "MZXQ")]
    [TestCase("foo", "MZXW6")]
    [TestCase("foob", "MZXW6YQ")]
    [TestCase("fooba", "MZXW6YTB")]
    [TestCase("foobar", "MZXW6YTBOI")]
    public void ToBase32_TestVectorsOfTheRfc_AreMet(string text, string encoded) => Totp.ToBase32(Encoding.ASCII.GetBytes(text)).Should().Be(encoded);

    [Test]
    public void AcceptStep_SameOrEarlierStep_IsRefused()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111111);
        var credential = UserCredential.For(default, now);

        credential.AcceptStep(100, now).Should().BeTrue();
        credential.AcceptStep(100, now).Should().BeFalse();
        credential.AcceptStep(99, now).Should().BeFalse();
        credential.AcceptStep(101, now).Should().BeTrue();
    }
}
