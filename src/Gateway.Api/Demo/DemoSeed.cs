using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Routing.Apis;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Routing.Routes;
using DataHub.Application.Routing.Upstreams;
using DataHub.Application.Traffic.RateLimits;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Gateway.Api.Demo;

/// <summary>
/// Makes what the demo needs by the commands that the admin API uses: upstream, API, route, consumer, key. What is there already is
/// kept; only the upstream is pointed to the port of this start.
/// </summary>
internal sealed class DemoSeed(IMediator mediator, IKeyDirectory keys, IGatewaySnapshotSource snapshots, DemoUpstream upstream, DemoKeyFile keyFile, TimeProvider clock)
{
    private const string Name = "demo";
    private const string Scope = "demo:read";
    private const string Tier = "free";
    private static readonly ListRequest Named = new(ListRequest.MaxLimit, null, "name", Name);
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Makes what is missing.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var upstreamId = await PointUpstreamAsync(cancellationToken);
        var apiId = await FindOrCreateApiAsync(cancellationToken);
        await CreateRouteUnlessThereAsync(apiId, upstreamId, cancellationToken);
        await IssueKeyUnlessUsableAsync(cancellationToken);
        await snapshots.CatchUpAsync(cancellationToken); // Whoever takes the printed call at once finds the route.
        keyFile.MarkUsable();
    }

    private async Task<UpstreamId> PointUpstreamAsync(CancellationToken cancellationToken)
    {
        var definition = new UpstreamDefinition(Name, Destinations: [new Destination("local", upstream.Url)]);
        var page = await mediator.Send(new ListUpstreams(Named), cancellationToken);
        var found = page.Items.FirstOrDefault(u => u.Name == Name);
        var view = found is null
            ? await mediator.Send(new CreateUpstream(definition), cancellationToken)
            : await mediator.Send(new UpdateUpstream(IdOf<UpstreamId>(found.Id), definition), cancellationToken);
        return IdOf<UpstreamId>(view.Id);
    }

    private async Task<ApiId> FindOrCreateApiAsync(CancellationToken cancellationToken)
    {
        var page = await mediator.Send(new ListApis(Named), cancellationToken);
        var view = page.Items.FirstOrDefault(a => a.Slug == Name)
            ?? await mediator.Send(new CreateApi(new ApiDefinition(Name, Name, "Made by --demo.")), cancellationToken);
        return IdOf<ApiId>(view.Id);
    }

    private async Task CreateRouteUnlessThereAsync(ApiId apiId, UpstreamId upstreamId, CancellationToken cancellationToken)
    {
        var page = await mediator.Send(new ListRoutes(Named, apiId, null), cancellationToken);
        if (page.Items.All(r => r.Name != Name))
        {
            await mediator.Send(new CreateRoute(apiId, new RouteDefinition(Name, upstreamId, RequiredScopes: [Scope])), cancellationToken);
        }
    }

    private async Task IssueKeyUnlessUsableAsync(CancellationToken cancellationToken)
    {
        if (keyFile.Read() is { } secret && IsUsable(await keys.FindAsync(secret, cancellationToken)))
        {
            return;
        }

        var consumers = await mediator.Send(new ListConsumers(new ConsumerFilter(null, null, null), Named), cancellationToken);
        var consumerId = consumers.Items.FirstOrDefault(c => c.Name == Name)?.Id
            ?? (await mediator.Send(new CreateConsumer(Name, ConsumerSegment.Public, null, null, NoMetadata), cancellationToken)).Id.ToString();
        var tiers = await mediator.Send(new ListTiers(Named with { Search = Tier }), cancellationToken);
        var tierId = tiers.Items.FirstOrDefault(t => t.Name == Tier)?.Id.ToString();
        var issued = await mediator.Send(
            new IssueApiKey(consumerId, Name, KeyEnvironment.Test, [Scope], tierId, [], null, NoMetadata), cancellationToken);
        keyFile.Write(issued.Secret);
    }

    private bool IsUsable(KeyLookup lookup) =>
        lookup.Caller is { Revoked: false, Disabled: false, ConsumerSuspended: false } caller
        && (caller.ExpiresAt is null || caller.ExpiresAt > clock.GetUtcNow())
        && caller.Scopes.Covers(Scope);

    private static TId IdOf<TId>(string text) where TId : struct, IEntityId<TId> =>
        EntityId.TryParse<TId>(text, out var id) ? id : throw new InvalidOperationException($"{text} is not an id.");
}
