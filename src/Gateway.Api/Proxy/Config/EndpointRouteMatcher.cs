using System.Diagnostics;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Routes;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace DataHub.Gateway.Api.Proxy.Config;

/// <summary>
/// Sends a made-up request through a matcher over the live endpoints, with the live matcher policies, that ends before any endpoint
/// runs. It is built when first asked for, once for each snapshot.
/// </summary>
/// <param name="endpoints">The endpoints of the process.</param>
/// <param name="policies">The matcher policies of the process, YARP's among them.</param>
/// <param name="snapshots">Tells when the endpoints have changed.</param>
internal sealed class EndpointRouteMatcher(EndpointDataSource endpoints, IEnumerable<MatcherPolicy> policies, IGatewaySnapshotSource snapshots) : IRouteMatcher, IDisposable
{
    private static readonly object EndpointKey = new();

    private readonly Lock _gate = new();
    private readonly MatcherPolicy[] _policies = [.. policies];
    private ServiceProvider? _services;
    private RequestDelegate? _match;
    private GatewaySnapshot? _builtFor;

    /// <inheritdoc/>
    public async Task<MatchAnswer> MatchAsync(RouteProbe probe)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = probe.Method;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(probe.Host);
        context.Request.Path = new PathString(probe.Path);
        context.Request.QueryString = QueryString.Create(probe.Query.SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, (string?)v))));
        foreach (var (name, values) in probe.Headers.Where(h => !h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
        {
            context.Request.Headers[name] = new StringValues([.. values]);
        }

        await Matcher()(context);
        return context.Items[EndpointKey] switch
        {
            RouteEndpoint route when route.Metadata.GetMetadata<CompiledRoute>() is { } compiled => new MatchAnswer(MatchVerdict.Route, compiled.IdText),
            RouteEndpoint => new MatchAnswer(MatchVerdict.Gateway, null),
            Endpoint => new MatchAnswer(MatchVerdict.MethodNotAllowed, null), // The router's own answer has no pattern.
            _ => new MatchAnswer(MatchVerdict.None, null),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _services?.Dispose();

    private RequestDelegate Matcher()
    {
        lock (_gate)
        {
            var snapshot = snapshots.Current;
            if (_match is null || _builtFor != snapshot)
            {
                _services?.Dispose();
                (_services, _match) = Build();
                _builtFor = snapshot;
            }

            return _match;
        }
    }

    private (ServiceProvider Services, RequestDelegate Match) Build()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(new DiagnosticListener("DataHub.RouteMatch"));
        services.AddRouting();
        foreach (var own in services.Where(s => s.ServiceType == typeof(MatcherPolicy)).ToList())
        {
            services.Remove(own);
        }

        foreach (var policy in _policies)
        {
            services.AddSingleton(policy);
        }

        var provider = services.BuildServiceProvider();
        var app = new ApplicationBuilder(provider);
        app.UseRouting();
        app.Run(context =>
        {
            context.Items[EndpointKey] = context.GetEndpoint();
            return Task.CompletedTask;
        });
        app.UseEndpoints(routes => routes.DataSources.Add(new FixedEndpoints(endpoints.Endpoints)));
        return (provider, app.Build());
    }

    private sealed class FixedEndpoints(IReadOnlyList<Endpoint> endpoints) : EndpointDataSource
    {
        public override IReadOnlyList<Endpoint> Endpoints => endpoints;

        public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;
    }
}
