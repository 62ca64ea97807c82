using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DataHub.Domain.SharedKernel;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Application.Webhooks.Subscriptions;

/// <summary>Judges the certificate that the gateway shows to an endpoint, and its key, when they are written: the first delivery would be a late place to learn of a mistake.</summary>
internal static class ClientCertificate
{
    private const string CertificateField = "/authentication/certificate";
    private const string KeyField = "/authentication/secret";
    private const string PemMark = "-----BEGIN ";

    /// <summary>Every mistake.</summary>
    /// <param name="signIn">How the gateway signs in; others than <c>mutual-tls</c> have no certificate.</param>
    /// <param name="key">The private key that was given; null: the stored one is kept, which was checked with this certificate.</param>
    /// <param name="now">UTC instant.</param>
    public static IReadOnlyList<DomainFault> Check(EndpointSignIn? signIn, string? key, DateTimeOffset now)
    {
        // What is no PEM at all is told by the rules of the fields.
        if (signIn is not { Kind: EndpointSignInKind.MutualTls, Certificate: { } pem } || !pem.Contains(PemMark + "CERTIFICATE-----", StringComparison.Ordinal))
        {
            return [];
        }

        var chain = new X509Certificate2Collection();
        try
        {
            return Read(pem, chain) ?? Judge(pem, chain, key, now);
        }
        finally
        {
            foreach (var certificate in chain)
            {
                certificate.Dispose();
            }
        }
    }

    private static List<DomainFault>? Read(string pem, X509Certificate2Collection chain)
    {
        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            chain.Clear();
        }

        return chain.Count > 0 ? null : [new DomainFault(CertificateField, "invalid", "The certificate cannot be read; give it in PEM form, followed by those of its issuers.")];
    }

    private static List<DomainFault> Judge(string pem, X509Certificate2Collection chain, string? key, DateTimeOffset now)
    {
        var faults = new List<DomainFault>();
        var end = new DateTimeOffset(chain[0].NotAfter.ToUniversalTime(), TimeSpan.Zero);
        if (end <= now)
        {
            faults.Add(new DomainFault(CertificateField, "expired", string.Create(CultureInfo.InvariantCulture, $"The certificate ended at {end:yyyy-MM-dd HH:mm:ss}Z; give one that is valid, and its key.")));
        }

        if (key is null || !key.Contains(PemMark, StringComparison.Ordinal))
        {
            return faults;
        }

        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            faults.Add(new DomainFault(KeyField, "encrypted", "The private key has a password; give it without one (openssl pkey -in key.pem). It is stored encrypted here."));
        }
        else if (!Belongs(pem, key))
        {
            var other = chain.Skip(1).Any(c => Belongs(c.ExportCertificatePem(), key));
            faults.Add(other
                ? new DomainFault(CertificateField, "order", "The certificate of the private key is not the first one; put it before those of its issuers.")
                : new DomainFault(KeyField, "mismatch", "The private key cannot be read or does not belong to the certificate; give the key that the certificate was requested with, as PEM."));
        }

        return faults;
    }

    private static bool Belongs(string pem, string key)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(pem, key);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
