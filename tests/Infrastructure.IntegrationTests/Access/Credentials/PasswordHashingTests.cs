using System.Buffers.Binary;
using System.Reflection;
using DataHub.Application.Access.Credentials;
using DataHub.Infrastructure.Access.Credentials;
using FluentAssertions;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace DataHub.Infrastructure.IntegrationTests.Access.Credentials;

public class PasswordHashingTests
{
    [Test]
    public async Task Verify_OldHash_IsToldToBeMadeAnew()
    {
        using var old = With(100_000);
        using var now = With(120_000);
        var hash = await old.HashAsync("a password", CancellationToken.None);

        (await old.VerifyAsync(hash, "a password", CancellationToken.None)).Should().Be(PasswordMatch.Yes);
        (await now.VerifyAsync(hash, "a password", CancellationToken.None)).Should().Be(PasswordMatch.YesButOldHash);
        (await now.VerifyAsync(hash, "another", CancellationToken.None)).Should().Be(PasswordMatch.No);
        (await old.HashAsync("a password", CancellationToken.None)).Should().NotBe(hash, "every hash has its own salt");
    }

    // The hash that is compared when there is nobody costs what a real one does.
    [Test]
    public async Task Verify_WithoutAHash_ComparesWithOneOfTheSameCostAndSaysNo()
    {
        using var hashing = With(123_456);

        (await hashing.VerifyAsync(null, "nobody has this password", CancellationToken.None)).Should().Be(PasswordMatch.No);

        var nobody = (string)typeof(PasswordHashing).GetField("_hashOfNobody", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(hashing)!;
        RoundsOf(nobody).Should().Be(RoundsOf(await hashing.HashAsync("x", CancellationToken.None))).And.Be(123_456);
    }

    [TestCase("password")]
    [TestCase("qwertyuiop")]
    [TestCase("1234567890")]
    [TestCase("iloveyou")]
    public void Contains_CommonPassword_IsTrue(string word) => new CommonPasswords().Contains(word).Should().BeTrue();

    [TestCase("")]
    [TestCase("correct horse battery staple")]
    public void Contains_AnythingElse_IsFalse(string word) => new CommonPasswords().Contains(word).Should().BeFalse();

    private static PasswordHashing With(int iterations) => new(Options.Create(new PasswordsOptions { Iterations = iterations }));

    // The framework's format 3: a marker, the algorithm, the rounds.
    private static uint RoundsOf(string hash) => BinaryPrimitives.ReadUInt32BigEndian(Convert.FromBase64String(hash).AsSpan(5));
}
