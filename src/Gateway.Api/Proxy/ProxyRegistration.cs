using DataHub.Application.Abstractions;
using DataHub.Gateway.Api.Proxy.Config;
using DataHub.Gateway.Api.Proxy.Edge;
using DataHub.Gateway.Api.Proxy.Forwarding;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Transforms.Builder;

namespace DataHub.Gateway.Api.Proxy;

/// <summary>Registers the request path.</summary>
internal static class ProxyRegistration
{
    /// <summary>Adds the stages' services, YARP over the snapshot, and the limits of the listener.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddGatewayProxy(this IServiceCollection services)
    {
        services.AddOptions<EdgeOptions>().BindConfiguration("DataHub:Edge").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<EdgeOptions>, EdgeOptionsValidator>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ListenerLimits>();
        services.AddSingleton<TrustedProxies>();
        services.AddSingleton<LoopMark>();
        services.AddSingleton(provider => new RequestIds(provider.GetRequiredService<IRandomSource>()));
        services.AddSingleton<ObjectPool<GatewayRequest>>(_ => new DefaultObjectPool<GatewayRequest>(new DefaultPooledObjectPolicy<GatewayRequest>(), 1024));
        services.AddSnapshotProxy();
        services.AddDirectForwarding();
        services.AddSingleton<ITransformProvider, EdgeTransforms>();
        return services;
    }

    /// <summary>Checks what an attribute cannot say.</summary>
    private sealed class EdgeOptionsValidator : IValidateOptions<EdgeOptions>
    {
        public ValidateOptionsResult Validate(string? name, EdgeOptions options)
        {
            try
            {
                _ = TrustedProxies.Parse(options.TrustedProxies).ToList();
                return ValidateOptionsResult.Success;
            }
            catch (FormatException e)
            {
                return ValidateOptionsResult.Fail($"TrustedProxies: {e.Message}");
            }
        }
    }

    private sealed class ListenerLimits(IOptions<EdgeOptions> options) : IConfigureOptions<KestrelServerOptions>
    {
        public void Configure(KestrelServerOptions kestrel)
        {
            var edge = options.Value;
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = edge.MaxRequestHeadKibibytes * 1024;
            kestrel.Limits.MaxRequestLineSize = edge.MaxRequestLineKibibytes * 1024;
            kestrel.Limits.MaxRequestHeaderCount = edge.MaxRequestHeaders;
            kestrel.Limits.MaxRequestBodySize = edge.MaxRequestBodyMebibytes == 0 ? null : edge.MaxRequestBodyMebibytes * 1024L * 1024L;
            kestrel.Limits.MaxConcurrentConnections = edge.MaxConnections == 0 ? null : edge.MaxConnections;

            // UTF-8 in and out, Latin-1 back: what one side sent is what the other gets, byte for byte.
            kestrel.RequestHeaderEncodingSelector = HeaderFieldEncodings.Of;
            kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
        }
    }
}
