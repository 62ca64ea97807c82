using DataHub.Application.Routing.Contracts;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;

namespace DataHub.Application.Routing;

/// <summary>The stored configuration: aggregates by id, and all of it at once.</summary>
public interface IRoutingConfiguration
{
    /// <summary>Makes writers of the configuration take turns until the end of the transaction; call it before the first read.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task LockAsync(CancellationToken cancellationToken);

    /// <summary>Everything, with what this transaction has changed so far.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The configuration.</returns>
    Task<RoutingDocument> ReadAsync(CancellationToken cancellationToken);

    /// <summary>An upstream, or null.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<Upstream?> FindAsync(UpstreamId id, CancellationToken cancellationToken);

    /// <summary>An API, or null.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<PublishedApi?> FindAsync(ApiId id, CancellationToken cancellationToken);

    /// <summary>A route, or null.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<ApiRoute?> FindAsync(RouteId id, CancellationToken cancellationToken);

    /// <summary>Adds an upstream, API or route.</summary>
    /// <param name="aggregate">The new aggregate.</param>
    void Add(object aggregate);

    /// <summary>Removes an upstream, API or route.</summary>
    /// <param name="aggregate">An aggregate that was found.</param>
    void Remove(object aggregate);
}
