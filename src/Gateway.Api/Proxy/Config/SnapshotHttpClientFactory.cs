using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DataHub.Application.Routing.Contracts;
using DataHub.Gateway.Api.Proxy.Forwarding;
using Yarp.ReverseProxy.Forwarder;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>YARP's client factory (no proxy, no redirects, no cookies) with the connect time-out of the upstream.</summary>
/// <param name="logger">Logs the clients made.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="guard">Connects, where upstreams are under the rules of outbound calls; null: they are not.</param>
internal sealed class SnapshotHttpClientFactory(ILogger<ForwarderHttpClientFactory> logger, TimeProvider clock, IUpstreamGuard? guard = null)
    : ForwarderHttpClientFactory(logger), IForwarderHttpClientFactory
{
    /// <inheritdoc/>
    HttpMessageInvoker IForwarderHttpClientFactory.CreateClient(ForwarderHttpClientContext context)
    {
        var client = CreateClient(context);
        return ReferenceEquals(client, context.OldClient) || guard is { IsOn: true } || ConnectTimeoutOf(context.NewMetadata) is not { } timeout
            ? client
            : new UpstreamClient(client, ToTimeSpan(timeout), clock);
    }

    /// <inheritdoc/>
    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context) && ConnectTimeoutOf(context.OldMetadata) == ConnectTimeoutOf(context.NewMetadata);

    /// <inheritdoc/>
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.UseProxy = false;
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8;
        handler.ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1;

        // The certificate of an upstream may name an address where its issuer's is found, and the platform would go there past every guard.
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (guard is { IsOn: true })
        {
            handler.ConnectCallback = (connection, cancellationToken) => guard.ConnectAsync(connection.DnsEndPoint, cancellationToken);
        }

        if (ConnectTimeoutOf(context.NewMetadata) is { } text)
        {
            handler.ConnectTimeout = ToTimeSpan(text);
        }
    }

    /// <inheritdoc/>
    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new Edge.StreamedBodyHandler(base.WrapHandler(context, handler));

    private static string? ConnectTimeoutOf(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.GetValueOrDefault(ProxyConfigMapper.ConnectTimeoutKey);

    private static TimeSpan ToTimeSpan(string milliseconds) => TimeSpan.FromMilliseconds(double.Parse(milliseconds, CultureInfo.InvariantCulture));
}
