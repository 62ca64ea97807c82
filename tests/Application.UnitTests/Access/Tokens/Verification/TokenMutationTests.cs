using System.Text;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.TestKit.Identity;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Tokens.Verification;

/// <summary>Thousands of tokens that were good once: none is accepted after a change, and none makes the reader throw.</summary>
public class TokenMutationTests
{
    private const int Runs = 3000;

    private static readonly SigningKey Rsa = new("rsa", "RS256");
    private static readonly SigningKey Ec = new("ec", "ES256");
    private static readonly KeySet Keys = Terms.Keys(Rsa, Ec);
    private static readonly string[] Good = [new TokenBuilder(Rsa).Build(), new TokenBuilder(Ec).Build()];
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(Runs);

    private static Gen<string> Token => Gen.Elements(Good);

    [Test]
    public void Check_OneCharacterChanged_IsNeverGood() => Run(
        from token in Token from at in Gen.Choose(0, 10_000) from letter in Gen.Choose(1, 255)
        select (token, new StringBuilder(token) { [at % token.Length] = (char)letter }.ToString()));

    [Test]
    public void Check_PieceTakenOut_IsNeverGood() => Run(
        from token in Token from at in Gen.Choose(0, 10_000) from length in Gen.Choose(1, 200)
        let start = at % token.Length
        select (token, token.Remove(start, Math.Min(length, token.Length - start))));

    [Test]
    public void Check_PieceRepeated_IsNeverGood() => Run(
        from token in Token from at in Gen.Choose(0, 10_000) from length in Gen.Choose(1, 200)
        let start = at % token.Length
        select (token, token.Insert(start, token.Substring(start, Math.Min(length, token.Length - start)))));

    // The parts themselves are changed and encoded anew, so that the mutation gets past the alphabet.
    [Test]
    public void Check_BytesOfAPartChanged_IsNeverGood() => Run(
        from token in Token from part in Gen.Choose(0, 2) from at in Gen.Choose(0, 10_000) from value in Gen.Choose(0, 255)
        select (token, ChangeByte(token, part, at, (byte)value)));

    [Test]
    public void Check_RandomText_IsNeverGood() => Run(from text in ArbMap.Default.GeneratorFor<string>() select ("", text ?? ""));

    [Test]
    public void Check_RandomJson_IsNeverGood() => Run(
        from header in Json from payload in Json from key in Gen.Elements(Rsa, Ec)
        select ("", TokenBuilder.Sign(header, payload, key)));

    private static Gen<string> Json => Gen.OneOf(
        Gen.Elements(
            "{}", "[]", "null", "1e999", "\"\\ud800\"", "{\"alg\":null}", "{\"alg\":\"ES256\",\"kid\":{}}", "{\"alg\":\"ES256\",\"kid\":\"ec\"}", "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":7}",
            "{\"iss\":1,\"exp\":1e400}", "{\"aud\":[[]],\"exp\":-0}", "{\"exp\":\"\\u0000\"}", "{\"\":{\"\":{\"\":1}}}", "\uFEFF{}"),
        ArbMap.Default.GeneratorFor<string>().Select(text => System.Text.Json.JsonSerializer.Serialize(text ?? "")),
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));

    private static void Run(Gen<(string Good, string Token)> tokens) =>
        Prop.ForAll(tokens.ToArbitrary(), pair => pair.Good == pair.Token || !IsGood(pair.Token) || SameBytes(pair.Good, pair.Token)).Check(Config);

    private static bool IsGood(string text)
    {
        if (CompactToken.Read(text, out var token) is not null || SignatureCheck.Decide(Terms.Of(), Keys, token!, out _) != SignatureStatus.Good)
        {
            return false;
        }

        return ClaimCheck.Decide(Terms.Of(), token!.Payload, token.Claims, TokenBuilder.Noon).Status == TokenStatus.Valid;
    }

    // The last letter of a part may carry bits that mean nothing; what was signed, and the signature, are then the same.
    private static bool SameBytes(string one, string other)
    {
        var (a, b) = (Terms.Read(one), Terms.Read(other));
        return a.Signed.AsSpan().SequenceEqual(b.Signed) && a.Signature.AsSpan().SequenceEqual(b.Signature);
    }

    private static string ChangeByte(string token, int part, int at, byte value)
    {
        var parts = token.Split('.');
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(parts[part]);
        bytes[at % bytes.Length] = value;
        parts[part] = System.Buffers.Text.Base64Url.EncodeToString(bytes);
        return string.Join('.', parts);
    }
}
