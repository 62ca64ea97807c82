using System.Text.Json.Nodes;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tokens.Verification;
using DataHub.TestKit.Identity;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Application.UnitTests.Access.Tokens.Verification;

public class CompactTokenTests
{
    private static readonly SigningKey Key = new("k1", "ES256");

    private static TokenBuilder Good => new(Key);

    [Test]
    public void Read_GoodToken_HasItsParts()
    {
        var token = Terms.Read(Good.With("realm_access", new JsonObject { ["roles"] = new JsonArray("a", "b") }).Build());

        token.Algorithm.Should().Be("ES256");
        token.KeyId.Should().Be("k1");
        token.Issuer.Should().Be("https://id.example");
        token.Claims.TryGet("realm_access.roles", out var roles).Should().BeTrue();
        roles.Values.Should().Equal("a", "b");
    }

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return Case("empty", "");
        yield return Case("two parts", "eyJhbGciOiJub25lIn0.e30");
        yield return Case("four parts", Good.Build() + ".AAAA");
        yield return Case("encrypted, five parts", "a.b.c.d.e");
        yield return Case("only dots", "..");
        yield return Case("stripped signature", Good.Build()[..(Good.Build().LastIndexOf('.') + 1)]);
        yield return Case("none", Good.WithHeader("alg", "none").Build());
        yield return Case("None in other letters", Good.WithHeader("alg", "nOnE").Build());
        yield return Case("HMAC", Good.WithHeader("alg", "HS256").Build());
        yield return Case("lower case", Good.WithHeader("alg", "es256").Build());
        yield return Case("unknown algorithm", Good.WithHeader("alg", "EdDSA").Build());
        yield return Case("algorithm is a list", Good.WithHeader("alg", new JsonArray("ES256")).Build());
        yield return Case("no algorithm", Good.WithHeader("alg", null).Build());
        yield return Case("critical extension", Good.WithHeader("crit", new JsonArray("exp")).Build());
        yield return Case("empty critical list", Good.WithHeader("crit", new JsonArray()).Build());
        yield return Case("unencoded payload", Good.WithHeader("b64", false).Build());
        yield return Case("encryption header", Good.WithHeader("enc", "A128GCM").Build());
        yield return Case("kid is a number", Good.WithHeader("kid", 1).Build());
        yield return Case("log-out token", Good.WithHeader("typ", "logout+jwt").Build());
        yield return Case("proof token", Good.WithHeader("typ", "dpop+jwt").Build());
        yield return Case("header twice", TokenBuilder.Sign("""{"alg":"none","alg":"ES256","kid":"k1"}""", "{}", Key));
        yield return Case("claim twice", TokenBuilder.Sign("""{"alg":"ES256","kid":"k1"}""", """{"aud":"other","aud":"gateway"}""", Key));
        yield return Case("claim twice, once escaped", TokenBuilder.Sign("""{"alg":"ES256","kid":"k1"}""", """{"aud":"other","\u0061ud":"gateway"}""", Key));
        yield return Case("header is a list", TokenBuilder.Sign("[]", "{}", Key));
        yield return Case("payload is a text", TokenBuilder.Sign("""{"alg":"ES256"}""", "\"x\"", Key));
        yield return Case("payload is not JSON", TokenBuilder.Sign("""{"alg":"ES256"}""", "{", Key));
        yield return Case("payload has comments", TokenBuilder.Sign("""{"alg":"ES256"}""", "{/* */}", Key));
        yield return Case("half a surrogate", TokenBuilder.Sign("""{"alg":"ES256"}""", """{"sub":"\ud800"}""", Key));
        yield return Case("half a surrogate in kid", TokenBuilder.Sign("""{"alg":"ES256","kid":"\ud800"}""", "{}", Key));
        yield return Case("deep", TokenBuilder.Sign("""{"alg":"ES256"}""", $$"""{"a":{{new string('[', 2000)}}{{new string(']', 2000)}}}""", Key));
        yield return Case("too many claims", TokenBuilder.Sign("""{"alg":"ES256"}""", "{" + string.Join(',', Enumerable.Range(0, 400).Select(i => $"\"c{i}\":1")) + "}", Key));
        yield return Case("padding", Good.Build() + "==");
        yield return Case("standard alphabet", Good.Build() + "+/");
        yield return Case("space inside", Good.Build().Insert(5, " "));
        yield return Case("line break at the end", Good.Build() + "\n");
        yield return Case("a rest of one letter", "eyJhb.e30.A");
        yield return Case("not UTF-8", "eyJhbGciOiJFUzI1NiJ9." + System.Buffers.Text.Base64Url.EncodeToString([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}']) + ".AAAA");

        static TestCaseData Case(string name, string token) => new TestCaseData(token).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Bad))]
    public void Read_BadToken_SaysWhyAndNeverThrows(string token)
    {
        CompactToken.Read(token, out var read).Should().NotBeNullOrEmpty();
        read.Should().BeNull();
    }

    [TestCase("JWT")]
    [TestCase("jwt")]
    [TestCase("at+jwt")]
    [TestCase("application/at+jwt")]
    public void Read_TypeOfAccessToken_IsRead(string type) => Terms.Read(Good.WithHeader("typ", type).Build()).Algorithm.Should().Be("ES256");

    // What the token would have its own key taken from is left alone.
    [Test]
    public void Read_KeysInTheHeader_AreNotLookedAt()
    {
        var mine = new SigningKey("mine", "ES256");
        var token = new TokenBuilder(mine).WithHeader("jwk", mine.Jwk()).WithHeader("jku", "https://evil.example/jwks").WithHeader("x5u", "https://evil.example/x5")
            .WithHeader("x5c", new JsonArray("MIIB")).Build();

        SignatureCheck.Decide(Terms.Of(), Terms.Keys(Key), Terms.Read(token), out _).Should().Be(SignatureStatus.UnknownKey);
    }

    [Test]
    public void Claims_TopLevelName_WinsOverAPathThatReadsTheSame()
    {
        var token = Terms.Read(TokenBuilder.Sign("""{"alg":"ES256"}""", """{"a":{"b":"inner"},"a.b":"outer","n":1.5,"t":true,"none":null,"list":[1,"x",{"y":1},null]}""", Key));

        token.Claims.Single("a.b").Should().Be("outer");
        token.Claims.Single("n").Should().Be("1.5");
        token.Claims.Single("t").Should().Be("true");
        token.Claims.TryGet("none", out _).Should().BeFalse();
        token.Claims.TryGet("list", out ClaimValue list).Should().BeTrue();
        list.Values.Should().Equal("1", "x");
    }
}
