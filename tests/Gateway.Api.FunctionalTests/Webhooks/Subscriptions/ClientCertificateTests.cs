using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Webhooks.Subscriptions;

/// <summary>A certificate and a key that do not work are refused when they are written, and the answer says what to do.</summary>
public class ClientCertificateTests : WebhooksFixture
{
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();
    private static readonly (string Certificate, string Key, string Encrypted) s_good = Issue(s_now.AddDays(1)), s_other = Issue(s_now.AddDays(1)), s_expired = Issue(s_now.AddMinutes(-1));

    [Test]
    public async Task Write_APair_IsTaken()
    {
        var made = (await Admin.PostAsync(Subscriptions, With(s_good.Certificate, s_good.Key))).Is(HttpStatusCode.Created);
        (await Admin.PostAsync(Subscriptions, With(s_good.Certificate + "\n" + s_other.Certificate, s_good.Key))).Is(HttpStatusCode.Created);

        (await Admin.PatchAsync($"{Subscriptions}/{made.Id}", new { description = "The key is kept." })).Is(HttpStatusCode.OK);
    }

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Of("another key", s_good.Certificate, s_other.Key, "/authentication/secret", "does not belong to the certificate");
        yield return Of("a broken key", s_good.Certificate, s_good.Key.Replace("MI", "XX", StringComparison.Ordinal), "/authentication/secret", "cannot be read");
        yield return Of("a key with a password", s_good.Certificate, s_good.Encrypted, "/authentication/secret", "without one (openssl pkey");
        yield return Of("no PEM", s_good.Certificate, "key", "/authentication/secret", "a private key is PEM");
        yield return Of("an expired certificate", s_expired.Certificate, s_expired.Key, "/authentication/certificate", "give one that is valid");
        yield return Of("a broken certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", s_good.Key, "/authentication/certificate", "cannot be read");
        yield return Of("half a certificate", "-----BEGIN CERTIFICATE-----\nAAAA", s_good.Key, "/authentication/certificate", "cannot be read");
        yield return Of("the issuer first", s_other.Certificate + "\n" + s_good.Certificate, s_good.Key, "/authentication/certificate", "put it before those of its issuers");

        static TestCaseData Of(string name, string certificate, string key, string pointer, string fix) => new TestCaseData(certificate, key, pointer, fix).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Mistakes))]
    public async Task Write_AMistake_Is400ThatNamesTheFieldAndTheFix(string certificate, string key, string pointer, string fix)
    {
        var answer = (await Admin.PostAsync(Subscriptions, With(certificate, key))).Is(HttpStatusCode.BadRequest);

        answer.Pointers.Should().Equal(pointer);
        answer.Body.ToJsonString().Should().Contain(fix).And.NotContain("PRIVATE KEY");
    }

    [Test]
    public async Task Replace_ByAPairThatIsNone_LeavesWhatWasThere()
    {
        var id = (await Admin.PostAsync(Subscriptions, With(s_good.Certificate, s_good.Key))).Is(HttpStatusCode.Created).Id;

        (await Admin.PutAsync($"{Subscriptions}/{id}", With(s_other.Certificate, s_good.Key))).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/authentication/secret");
        (await Admin.PutAsync($"{Subscriptions}/{id}", With(s_other.Certificate, null))).Is(HttpStatusCode.BadRequest).Pointers.Should().Equal("/authentication/secret");

        ((string)(await Admin.GetAsync($"{Subscriptions}/{id}")).Data["authentication"]!["certificate"]!).Should().Be(s_good.Certificate);
    }

    private static object With(string certificate, string? secret) => new
    {
        url = "https://partner.example/hooks", eventTypes = new[] { "order.created" }, authentication = new { kind = "mutual-tls", certificate, secret },
    };

    private static (string Certificate, string Key, string Encrypted) Issue(DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256).CreateSelfSigned(end.AddDays(-30), end);
        return (signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), key.ExportEncryptedPkcs8PrivateKeyPem("word", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)));
    }
}
