using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Routing;
using DataHub.Application.Routing.Contracts;
using DataHub.Application.Traffic.Contracts;
using DataHub.Domain.Access.Tokens;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.Traffic.RateLimits;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace DataHub.Infrastructure.Routing;

/// <summary>The configuration in the scoped context: reads see what the command has changed and not saved yet.</summary>
internal sealed class RoutingConfiguration(DataHubDbContext context, ITierReader tiers, ITenantReader tenants, IIssuerReader issuers)
    : IRoutingConfiguration, Application.Routing.Contracts.ITierUsage, IIssuerUsage
{
    private const long WriterLock = 0x4441_5441_524F_5554; // "DATAROUT"

    public Task LockAsync(CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", cancellationToken);

    public async Task<RoutingDocument> ReadAsync(CancellationToken cancellationToken)
    {
        var epoch = await ConfigurationEpoch.ReadAsync(context, cancellationToken);
        var apis = await AllAsync<PublishedApi>(cancellationToken);
        var routes = await AllAsync<ApiRoute>(cancellationToken);
        var upstreams = await AllAsync<Upstream>(cancellationToken);
        return new RoutingDocument(
            epoch,
            [.. apis.OrderBy(a => a.Id.Value).Select(a => new ApiDocument(a.Id, a.ToDefinition()) { TenantId = a.TenantId })],
            [.. routes.OrderBy(r => r.Id.Value).Select(r => new RouteDocument(r.Id, r.ApiId, r.ToDefinition()) { TenantId = r.TenantId })],
            [.. upstreams.OrderBy(u => u.Id.Value).Select(u => new UpstreamDocument(u.Id, u.ToDefinition()) { TenantId = u.TenantId })],
            await tiers.ReadAllAsync(cancellationToken))
        {
            Tenants = await tenants.ReadAllAsync(cancellationToken),
            Issuers = await issuers.ReadAllAsync(cancellationToken),
        };
    }

    public async Task<IReadOnlyList<string>> WhoUsesAsync(RateLimitTierId tierId, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        return await (from route in context.Set<ApiRoute>().IgnoreQueryFilters()
                      join api in context.Set<PublishedApi>().IgnoreQueryFilters() on route.ApiId equals api.Id
                      where route.TierId == tierId
                      orderby api.Slug, route.Name
                      select "route '" + route.Name + "' of API '" + api.Slug + "'").ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<string>> WhoUsesAsync(TokenIssuerId issuerId, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        var id = issuerId.ToString();
        var document = await ReadAsync(cancellationToken);
        var apis = document.Apis.ToDictionary(a => a.Id, a => a.Definition.Slug);
        return [.. document.Routes.Where(r => r.Definition.Auth?.Issuers?.Contains(id) == true)
            .Select(r => $"route '{r.Definition.Name}' of API '{apis.GetValueOrDefault(r.ApiId)}'")];
    }

    public Task<Upstream?> FindAsync(UpstreamId id, CancellationToken cancellationToken) =>
        context.Set<Upstream>().FirstOrDefaultAsync(u => u.Id == id, cancellationToken);

    public Task<PublishedApi?> FindAsync(ApiId id, CancellationToken cancellationToken) =>
        context.Set<PublishedApi>().FirstOrDefaultAsync(a => a.Id == id, cancellationToken);

    public Task<ApiRoute?> FindAsync(RouteId id, CancellationToken cancellationToken) =>
        context.Set<ApiRoute>().FirstOrDefaultAsync(r => r.Id == id, cancellationToken);

    public void Add(object aggregate) => context.Add(aggregate);

    public void Remove(object aggregate) => context.Remove(aggregate);

    private async Task<List<T>> AllAsync<T>(CancellationToken cancellationToken) where T : class
    {
        // Of all tenants: they share one URL space, and a configuration is good as a whole or not at all.
        await context.Set<T>().IgnoreQueryFilters().LoadAsync(cancellationToken);
        return [.. context.Set<T>().Local];
    }
}

/// <summary>Reads how many changes of the configuration were committed.</summary>
internal static class ConfigurationEpoch
{
    public static async Task<long> ReadAsync(DataHubDbContext context, CancellationToken cancellationToken) =>
        await context.Database.SqlQuery<long>($"""SELECT value AS "Value" FROM platform.epochs WHERE topic = {ChangeTopics.Configuration}""")
            .SingleOrDefaultAsync(cancellationToken);
}
