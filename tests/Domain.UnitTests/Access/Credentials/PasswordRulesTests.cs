using DataHub.Domain.Access.Credentials;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.Credentials;

public class PasswordRulesTests
{
    [TestCase("Password123!", "password")]
    [TestCase("passwordpassword", "password")]
    [TestCase("1234Dragon!!", "dragon")]
    [TestCase("monkeymonkey2024", "monkey")]
    public void Words_DressedUpWord_FindsTheWord(string password, string word) => PasswordRules.Words(password).Should().Contain(word);

    [TestCase("aaaaaaaaaaaa")]
    [TestCase("121212121212")]
    [TestCase("123456789012")]
    [TestCase("987654321098")]
    [TestCase("abcdefghijkl")]
    public void IsPattern_OneAfterAnother_IsOne(string password) => PasswordRules.IsPattern(password).Should().BeTrue();

    [TestCase("correct horse battery staple")]
    [TestCase("tr0ub4dor and three")]
    [TestCase("日本語のながいパスワード")]
    public void IsPattern_Sentence_IsNone(string password) => PasswordRules.IsPattern(password).Should().BeFalse();
}
