using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Routes;
using MediatR;

namespace DataHub.Application.Routing.Routes;

/// <summary>Reads a route.</summary>
/// <param name="Id">The route.</param>
public sealed record GetRoute(RouteId Id) : IQuery<RouteView>;

internal sealed class GetRouteHandler(IRoutingConfiguration configuration) : IRequestHandler<GetRoute, RouteView>
{
    public async Task<RouteView> Handle(GetRoute request, CancellationToken cancellationToken) =>
        RouteView.Of(await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id));
}
