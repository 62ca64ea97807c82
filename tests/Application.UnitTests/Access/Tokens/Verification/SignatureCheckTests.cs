using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.Domain.Access.Tokens;
using DataHub.TestKit.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Tokens.Verification;

public class SignatureCheckTests
{
    private static readonly SigningKey Rsa = new("rsa", "RS256");
    private static readonly SigningKey Ec = new("ec", "ES256");
    private static readonly KeySet Keys = Terms.Keys(Rsa, Ec, new SigningKey("other", "RS256"));

    [TestCaseSource(typeof(SignatureAlgorithms), nameof(SignatureAlgorithms.All))]
    public void Decide_EveryAlgorithm_VerifiesItsOwnAndNothingElse(string algorithm)
    {
        var key = new SigningKey("k", algorithm);
        var token = Terms.Read(new TokenBuilder(key).Build());

        SignatureCheck.Decide(Terms.Of(), Terms.Keys(key), token, out var by).Should().Be(SignatureStatus.Good);
        by!.KeyId.Should().Be("k");
        SignatureCheck.Decide(Terms.Of(), Terms.Keys(new SigningKey("k", algorithm)), token, out _).Should().Be(SignatureStatus.Bad);
    }

    [Test]
    public void Decide_AlgorithmTheTermsDoNotAllow_IsRefusedBeforeAnyKeyIsLookedAt()
    {
        var terms = Terms.Of(Terms.Definition with { Algorithms = ["ES256"] });

        SignatureCheck.Decide(terms, Keys, Terms.Read(new TokenBuilder(Rsa).Build()), out _).Should().Be(SignatureStatus.WrongAlgorithm);
    }

    // The public key is no secret: a verifier that took it for an HMAC key would take every forgery.
    [Test]
    public void Decide_HmacWithThePublicKey_IsNeverRead()
    {
        foreach (var secret in new[] { Rsa.PublicPem, Rsa.PublicPem.Trim(), (string)Rsa.Jwk()["n"]! })
        {
            var signed = $"{TokenBuilder.Encode("""{"alg":"HS256","kid":"rsa"}""")}.{TokenBuilder.Encode(new TokenBuilder(Rsa).Claims.ToJsonString())}";
            var forged = $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";

            CompactToken.Read(forged, out _).Should().NotBeNull();
        }
    }

    [TestCase("../../../../dev/null")]
    [TestCase("k1' OR '1'='1")]
    [TestCase("rsa\u0000")]
    [TestCase("RSA")]
    [TestCase("")]
    [TestCase("|/bin/true")]
    public void Decide_InjectedKeyId_IsATextThatNoKeyHas(string keyId)
    {
        var token = Terms.Read(new TokenBuilder(Rsa).WithHeader("kid", keyId).Build());

        SignatureCheck.Decide(Terms.Of(), Keys, token, out _).Should().Be(SignatureStatus.UnknownKey);
    }

    [Test]
    public void Decide_KeyOfAnotherKind_DoesNotVerify()
    {
        SignatureCheck.Decide(Terms.Of(), Keys, Terms.Read(new TokenBuilder(Rsa).WithHeader("kid", "ec").Build()), out _).Should().Be(SignatureStatus.Bad);
        SignatureCheck.Decide(Terms.Of(), Keys, Terms.Read(new TokenBuilder(Rsa).WithHeader("alg", "PS256").Build()), out _).Should().Be(SignatureStatus.Bad);
        SignatureCheck.Decide(Terms.Of(), Keys, Terms.Read(new TokenBuilder(Rsa).WithHeader("alg", "ES256").Build()), out _).Should().Be(SignatureStatus.Bad);
    }

    [TestCase(64)]
    [TestCase(0x30)]
    [TestCase(1)]
    [TestCase(65)]
    [TestCase(256)]
    public void Decide_EmptyOrOddSignatures_AreBadAndDoNotThrow(int length)
    {
        var parts = new TokenBuilder(Ec).Build().Split('.');
        foreach (var filler in new byte[] { 0, 1, 255 })
        {
            var signature = new byte[length];
            signature.AsSpan().Fill(filler);
            var token = Terms.Read($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(signature)}");

            SignatureCheck.Decide(Terms.Of(), Keys, token, out _).Should().Be(SignatureStatus.Bad);
        }
    }

    [Test]
    public void Decide_ChangedPayload_IsBad()
    {
        var parts = new TokenBuilder(Ec).Build().Split('.');
        var changed = TokenBuilder.Encode(new TokenBuilder(Ec).With("sub", "root").Claims.ToJsonString());

        SignatureCheck.Decide(Terms.Of(), Keys, Terms.Read($"{parts[0]}.{changed}.{parts[2]}"), out _).Should().Be(SignatureStatus.Bad);
    }

    [Test]
    public void Decide_WithoutKeyId_TriesTheKeysThatFit()
    {
        var without = new SigningKey(null, "ES256");

        SignatureCheck.Decide(Terms.Of(), Terms.Keys(Rsa, without), Terms.Read(new TokenBuilder(without).Build()), out _).Should().Be(SignatureStatus.Good);
    }

    [Test]
    public void Read_KeysThatAreNotForThis_AreLeftOut()
    {
        var weak = RSA.Create(1024).ExportParameters(false);
        var encryption = new SigningKey("enc", "RS256").Jwk();
        encryption["use"] = "enc";
        var wrap = new SigningKey("wrap", "RS256").Jwk();
        wrap["key_ops"] = new JsonArray("wrapKey");
        var offCurve = new SigningKey("off", "ES256").Jwk();
        offCurve["y"] = offCurve["x"]!.DeepClone();
        var keys = new JsonArray(
            encryption, wrap, offCurve, new JsonObject { ["kty"] = "oct", ["kid"] = "hmac", ["k"] = "c2VjcmV0" }, new JsonObject { ["kty"] = "RSA" }, "text", 7,
            new JsonObject { ["kty"] = "RSA", ["kid"] = "weak", ["n"] = Base64Url.EncodeToString(weak.Modulus), ["e"] = "AQAB" }, Rsa.Jwk());

        var set = KeySet.Read(Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = keys }.ToJsonString()), null)!;

        set.Keys.Select(k => k.KeyId).Should().Equal("rsa");
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"keys":{}}""")]
    [TestCase("""{"keys":[]}""")]
    [TestCase("<html>")]
    public void Read_NoKeySet_IsNull(string json) => KeySet.Read(Encoding.UTF8.GetBytes(json), null).Should().BeNull();

    [Test]
    public void Read_NextSet_KeepsKeysThatStayAndWithdrawsThoseThatGo()
    {
        var first = Terms.Keys(Rsa, Ec);
        var next = Terms.Keys(first, Ec, new SigningKey("new", "ES256"))!;
        first.ReplaceBy(next);

        var (rsa, ec) = (first.Keys[0], first.Keys[1]);
        next.Keys.Should().Contain(ec);
        ec.Withdrawn.Should().BeFalse();
        rsa.Withdrawn.Should().BeTrue();
    }

    // The issuer says what the key is for; a token cannot say otherwise.
    [Test]
    public void Read_KeyWithAlgorithm_VerifiesThatOneOnly()
    {
        var jwk = Rsa.Jwk();
        jwk["alg"] = "PS256";
        var set = KeySet.Read(Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString()), null)!;

        SignatureCheck.Decide(Terms.Of(), set, Terms.Read(new TokenBuilder(Rsa).Build()), out _).Should().Be(SignatureStatus.Bad);
    }
}
