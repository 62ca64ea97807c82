using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataHub.Infrastructure.IntegrationTests.Webhooks.Sending;

/// <summary>An authority for the certificates of a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly string _folder = Directory.CreateTempSubdirectory("datahub-authority").FullName;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test Authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        File = Path.Combine(_folder, "root.pem");
        System.IO.File.WriteAllText(File, _root.ExportCertificatePem());
    }

    /// <summary>The root's certificate in PEM form.</summary>
    public string File { get; }

    /// <summary>A certificate with its key, both in PEM form.</summary>
    public (string Certificate, string Key) Issue(string name, TimeSpan? life = null, string? issuerAt = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        if (issuerAt is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([], [issuerAt]));
        }

        using var signed = request.Create(_root, _root.NotBefore, life is { } given ? TimeProvider.System.GetUtcNow() + given : _root.NotAfter, RandomNumberGenerator.GetBytes(8));
        return (signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public X509Certificate2 IssueForServer(string name, TimeSpan? life = null, string? issuerAt = null)
    {
        var (certificate, key) = Issue(name, life, issuerAt);
        return X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPem(certificate, key).Export(X509ContentType.Pfx), null);
    }

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A receiver over TLS, HTTP/1.1 and HTTP/2.</summary>
internal sealed class TlsReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsReceiver(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.First()).Port;

    public ConcurrentQueue<(string Protocol, string? Client, string Path)> Requests { get; } = new();

    public static async Task<TlsReceiver> StartAsync(X509Certificate2 certificate, HttpProtocols protocols = HttpProtocols.Http1AndHttp2, bool asksForCertificate = false, RequestDelegate? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = asksForCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        var app = builder.Build();
        var receiver = new TlsReceiver(app);
        app.Run(async context =>
        {
            receiver.Requests.Enqueue((context.Request.Protocol, context.Connection.ClientCertificate?.Subject, context.Request.Path));
            if (answer is not null)
            {
                await answer(context);
            }
        });
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
