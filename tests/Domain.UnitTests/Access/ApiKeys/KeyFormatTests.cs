using System.Text;
using DataHub.Domain.Access.ApiKeys;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace DataHub.Domain.UnitTests.Access.ApiKeys;

public class KeyFormatTests
{
    private static readonly Arbitrary<string> Secrets =
        (from environment in Gen.Elements(Enum.GetValues<KeyEnvironment>())
         from seed in Gen.Choose(0, int.MaxValue)
         select KeyFormat.Generate(environment, Entropy(seed))).ToArbitrary();

    [TestCase(KeyEnvironment.Live, "dh_live_")]
    [TestCase(KeyEnvironment.Test, "dh_test_")]
    [TestCase(KeyEnvironment.Admin, "dh_admin_")]
    public void Generate_AnyEnvironment_HasItsPrefixAndLength(KeyEnvironment environment, string prefix)
    {
        var secret = KeyFormat.Generate(environment, Entropy(1));

        secret.Should().MatchRegex($"^{prefix}[0-9A-Za-z]{{36}}$");
        KeyFormat.TryParse(secret, out var parsed).Should().BeTrue();
        parsed.Should().Be(environment);
        KeyFormat.DisplayPrefix(secret).Should().Be(secret[..(prefix.Length + 4)]);
        KeyFormat.Last4(secret).Should().Be(secret[^4..]);
    }

    // The check value of CRC-32/ISO-HDLC: 0xCBF43926 for "123456789"; here computed by a second, bitwise implementation.
    [Test]
    public void Generate_Checksum_IsCrc32InBase62() => Prop.ForAll(Secrets, secret =>
    {
        var crc = uint.MaxValue;
        foreach (var b in Encoding.ASCII.GetBytes(secret[..^6]))
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 * (crc & 1));
            }
        }

        const string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var value = secret[^6..].Aggregate(0UL, (sum, c) => (sum * 62) + (ulong)alphabet.IndexOf(c, StringComparison.Ordinal));
        return value == ~crc;
    }).QuickCheckThrowOnFailure();

    [Test]
    public void IsWellFormed_AnyGeneratedSecret_IsTrue() =>
        Prop.ForAll(Secrets, secret => KeyFormat.IsWellFormed(secret)).QuickCheckThrowOnFailure();

    // CRC-32 finds every error within 32 bits, so one character changed is always found.
    [Test]
    public void IsWellFormed_OneCharacterChanged_IsFalse() => Prop.ForAll(
        Secrets, Gen.Choose(0, 43).ToArbitrary(), Gen.Choose(33, 126).ToArbitrary(), (secret, at, letter) =>
        {
            var changed = new StringBuilder(secret) { [at] = (char)letter }.ToString();
            return changed == secret || !KeyFormat.IsWellFormed(changed);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void IsWellFormed_TwoNeighboursSwapped_IsFalse() => Prop.ForAll(Secrets, Gen.Choose(0, 42).ToArbitrary(), (secret, at) =>
    {
        var swapped = secret[..at] + secret[at + 1] + secret[at] + secret[(at + 2)..];
        return swapped == secret || !KeyFormat.IsWellFormed(swapped);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void IsWellFormed_AnyText_NeverThrows() =>
        Prop.ForAll<string>(text => !KeyFormat.IsWellFormed(text ?? "") && !KeyFormat.IsWellFormed("dh_live_" + text)).QuickCheckThrowOnFailure();

    [TestCase("")]
    [TestCase("dh_live_")]
    [TestCase("dh_prod_0000000000000000000000000000000000000")]
    [TestCase("DH_LIVE_0000000000000000000000000000000000000")]
    public void IsWellFormed_OtherShapes_IsFalse(string text) => KeyFormat.IsWellFormed(text).Should().BeFalse();

    [Test]
    public void IsWellFormed_TruncatedOrPadded_IsFalse()
    {
        var secret = KeyFormat.Generate(KeyEnvironment.Live, Entropy(3));

        KeyFormat.IsWellFormed(secret.AsSpan()[..^1]).Should().BeFalse();
        KeyFormat.IsWellFormed(secret + " ").Should().BeFalse();
        KeyFormat.IsWellFormed(" " + secret).Should().BeFalse();
        KeyFormat.IsWellFormed(new string('a', 100_000)).Should().BeFalse();
    }

    [Test]
    public void TryParse_GoodAndBadText_AllocatesNothing()
    {
        var good = KeyFormat.Generate(KeyEnvironment.Live, Entropy(4));
        var bad = good[..^1] + (good[^1] == 'x' ? 'y' : 'x');
        KeyFormat.IsWellFormed(good);
        KeyFormat.IsWellFormed(bad);

        var accepted = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            accepted += KeyFormat.TryParse(good, out _) ? 1 : 0;
            accepted += KeyFormat.TryParse(bad, out _) ? 1 : 0;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        accepted.Should().Be(1000);
    }

    [Test]
    public void Generate_BytesThatAreNotRandom_Throws()
    {
        var stuck = new byte[KeyFormat.EntropyLength];
        Array.Fill(stuck, byte.MaxValue);

        var generate = () => KeyFormat.Generate(KeyEnvironment.Live, stuck);

        generate.Should().Throw<ArgumentException>();
    }

    [Test]
    public void Random_EveryLetter_IsAboutAsLikely()
    {
        var counts = new int[128];
        Span<char> text = stackalloc char[31];
        for (var seed = 0; seed < 2000; seed++)
        {
            Base62.Random(Entropy(seed, 62), text);
            foreach (var c in text)
            {
                counts[c]++;
            }
        }

        // 1,000 expected of each; five standard deviations are 160.
        counts.Where(c => c > 0).Should().HaveCount(62).And.AllSatisfy(c => c.Should().BeInRange(840, 1160));
    }

    private static byte[] Entropy(int seed, int? length = null)
    {
        var bytes = new byte[length ?? KeyFormat.EntropyLength];
        new System.Random(seed).NextBytes(bytes);
        return bytes;
    }
}
