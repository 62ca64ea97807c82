using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Routes;
using MediatR;

namespace DataHub.Application.Routing.Routes;

/// <summary>Deletes a route.</summary>
/// <param name="Id">The route.</param>
public sealed record DeleteRoute(RouteId Id) : ICommand<Unit>;

internal sealed class DeleteRouteHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, IChangePublisher changes, WriteContext write)
    : IRequestHandler<DeleteRoute, Unit>
{
    public async Task<Unit> Handle(DeleteRoute request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var route = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(route);
        changes.Publish(ChangeTopics.Configuration);
        configuration.Remove(route);
        return Unit.Value;
    }
}
