using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Snapshots;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;

namespace DataHub.TestKit.Builders;

/// <summary>A configuration, valid by default: one API 'shop' at '/' and one upstream. Ids are made from a counter, so they repeat from run to run.</summary>
public sealed class RoutingDocumentBuilder
{
    private readonly List<ApiDocument> _apis = [];
    private readonly List<RouteDocument> _routes = [];
    private readonly List<UpstreamDocument> _upstreams = [];
    private readonly List<TierDocument> _tiers = [];
    private int _lastId;

    public RoutingDocumentBuilder(string basePath = "/", string url = "http://127.0.0.1:9")
    {
        Api = new ApiId(NextId());
        Upstream = new UpstreamId(NextId());
        _apis.Add(new ApiDocument(Api, new ApiDefinition("Shop", "shop", BasePath: basePath)));
        _upstreams.Add(new UpstreamDocument(Upstream, new UpstreamDefinition("shop", Destinations: [new Destination("one", url)])));
    }

    public ApiId Api { get; }

    public UpstreamId Upstream { get; }

    public long Epoch { get; set; } = 1;

    public RoutingDocumentBuilder WithApi(string slug, out ApiId id, string? basePath = null, bool enabled = true)
    {
        id = new ApiId(NextId());
        _apis.Add(new ApiDocument(id, new ApiDefinition(slug, slug, BasePath: basePath, Enabled: enabled)));
        return this;
    }

    public RoutingDocumentBuilder WithUpstream(UpstreamDefinition definition, out UpstreamId id)
    {
        id = new UpstreamId(NextId());
        _upstreams.Add(new UpstreamDocument(id, definition));
        return this;
    }

    public RoutingDocumentBuilder WithTier(TierDocument tier)
    {
        _tiers.Add(tier);
        return this;
    }

    /// <summary>Adds a route of the API 'shop' (or of another one) to the default upstream.</summary>
    public RoutingDocumentBuilder WithRoute(string name, string path = "/{**rest}", Func<RouteDefinition, RouteDefinition>? change = null, ApiId? api = null)
    {
        var definition = new RouteDefinition(name, Upstream, path);
        _routes.Add(new RouteDocument(new RouteId(NextId()), api ?? Api, change?.Invoke(definition) ?? definition));
        return this;
    }

    public RoutingDocument Build() => new(Epoch, [.. _apis], [.. _routes], [.. _upstreams], [.. _tiers]);

    /// <summary>Compiles, and fails with the faults when there are any.</summary>
    public GatewaySnapshot Compile()
    {
        var compilation = SnapshotCompiler.Compile(Build());
        return compilation.Snapshot ?? throw new InvalidOperationException(string.Join(Environment.NewLine, compilation.Faults));
    }

    private Guid NextId() => new($"01900000-0000-7000-8000-{++_lastId:x12}");
}
