using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DataHub.TestKit.Builders;
using DataHub.TestKit.Fixtures;
using DataHub.TestKit.Tls;
using DataHub.TestKit.Upstreams;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace DataHub.Gateway.Api.ProxyTests.Config;

/// <summary>Upstreams over TLS, and what their certificates may make the gateway do.</summary>
public class UpstreamCertificateTests
{
    // The platform would fetch the issuer's certificate from wherever the upstream's says.
    [Test]
    public async Task Get_CertificateThatNamesAnAddress_FetchesNothingFromThere()
    {
        using var stranger = new TestAuthority();
        await using var inside = new RawUpstream();
        using var certificate = stranger.IssueForServer("localhost", issuerAt: inside.Address + "/issuer.cer");
        await using var upstream = await StartAsync(certificate);
        await using var proxy = await TestProxy.StartAsync(forward: true);
        var configuration = new RoutingDocumentBuilder(url: upstream.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)).WithRoute("all");
        (await proxy.ApplyAsync(configuration.Compile())).Should().BeNull();

        using var answer = await proxy.Client.GetAsync("/x");

        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway, "the gateway knows no such authority");
        inside.Connections.Should().BeEmpty();
    }

    private static async Task<WebApplication> StartAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();

        // Offline: what the upstream itself fetches for the chain that it sends would be taken for ours.
        var chain = SslStreamCertificateContext.Create(certificate, null, offline: true);
        var options = new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = chain }) };
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(options)));
        var app = builder.Build();
        app.Run(_ => Task.CompletedTask);
        await app.StartAsync();
        return app;
    }
}
