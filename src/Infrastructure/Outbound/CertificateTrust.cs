using System.Security.Cryptography.X509Certificates;

namespace DataHub.Infrastructure.Outbound;

/// <summary>How certificates of other servers are judged.</summary>
internal static class CertificateTrust
{
    /// <summary>
    /// A policy that fetches nothing. A certificate may name an address where its issuer's is found, and the platform would go there past every
    /// guard: whoever presents a certificate could have it call whatever it likes.
    /// </summary>
    public static X509ChainPolicy WithoutDownloads() => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
}
