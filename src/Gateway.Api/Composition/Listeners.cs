using System.Net;
using System.Security.Cryptography.X509Certificates;
using DataHub.Application.Abstractions;
using DataHub.Gateway.Api.Proxy.Forwarding;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace DataHub.Gateway.Api.Composition;

/// <summary>Opens the ports of <see cref="GatewayOptions"/>.</summary>
internal static class Listeners
{
    /// <summary>Configures Kestrel, unless <c>--urls</c> names the addresses.</summary>
    /// <param name="builder">The host that is built.</param>
    public static void AddListeners(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsRules>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        if (builder.Configuration["urls"] is not null)
        {
            return;
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var options = kestrel.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value;
            var time = kestrel.ApplicationServices.GetRequiredService<TimeProvider>();
            Listen(kestrel, options.Address, options.Port, listener => listener.Protocols = HttpProtocols.Http1);
            if (options.Http2Port > 0)
            {
                Listen(kestrel, options.Address, options.Http2Port, listener =>
                {
                    listener.Protocols = HttpProtocols.Http2;
                    listener.Use(next => connection => Http2Preface.CheckAsync(connection, next, time));
                });
            }

            if (options.AdminPort > 0)
            {
                Listen(kestrel, options.Address, options.AdminPort, listener => listener.Protocols = HttpProtocols.Http1);
            }

            if (options.TlsPort > 0)
            {
                // Reads the chain too; the key must be usable by the TLS stack, which an ephemeral PEM key is on Linux.
                var certificates = new X509Certificate2Collection();
                certificates.ImportFromPemFile(options.TlsCertificatePath!);
                var leaf = X509Certificate2.CreateFromPemFile(options.TlsCertificatePath!, options.TlsKeyPath);
                Listen(kestrel, options.Address, options.TlsPort, listener => listener.UseHttps(https =>
                {
                    https.ServerCertificate = leaf;
                    https.ServerCertificateChain = certificates;
                }));
            }
        });
    }

    /// <summary>The address that a person on this machine would use.</summary>
    /// <param name="options">The options.</param>
    /// <param name="port">The port that was bound.</param>
    public static string LocalUrl(GatewayOptions options, int port) =>
        $"http://{(IPAddress.TryParse(options.Address, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? new IPEndPoint(ip, port) : $"127.0.0.1:{port}")}";

    private static void Listen(KestrelServerOptions kestrel, string address, int port, Action<ListenOptions> protocol)
    {
        void Configure(ListenOptions listener)
        {
            // The server itself hands every request to the thread pool: only its reading and writing go on at once.
            listener.Use(next => connection =>
            {
                if (connection.Features.Get<IConnectionSocketFeature>() is { } transport)
                {
                    InlineCompletions.Prefer(transport.Socket);
                }

                return next(connection);
            });
            protocol(listener);
        }

        switch (address)
        {
            case "*":
                kestrel.ListenAnyIP(port, Configure);
                break;
            case "localhost" when port > 0:
                kestrel.ListenLocalhost(port, Configure);
                break;
            case "localhost": // Kestrel cannot find one free port on two addresses.
                kestrel.Listen(IPAddress.Loopback, 0, Configure);
                break;
            default:
                kestrel.Listen(IPAddress.Parse(address), port, Configure);
                break;
        }
    }
}

/// <summary>What one property alone cannot say.</summary>
internal sealed class GatewayOptionsRules : IValidateOptions<GatewayOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        if (options.Address is not ("*" or "localhost") && !IPAddress.TryParse(options.Address, out _))
        {
            failures.Add("Address: must be an IP address, localhost, or * for all addresses.");
        }

        if (options.TlsPort > 0)
        {
            CheckFile(nameof(options.TlsCertificatePath), options.TlsCertificatePath);
            CheckFile(nameof(options.TlsKeyPath), options.TlsKeyPath);
        }

        var ports = new[] { options.Port, options.Http2Port, options.TlsPort, options.AdminPort }.Where(p => p > 0).ToList();
        if (ports.Distinct().Count() != ports.Count)
        {
            failures.Add("Port, Http2Port, TlsPort and AdminPort must differ from each other.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckFile(string key, string? path)
        {
            if (string.IsNullOrEmpty(path) || !File.Exists(path))
            {
                failures.Add($"{key}: must name a PEM file that exists, since TlsPort is set.");
            }
        }
    }
}
