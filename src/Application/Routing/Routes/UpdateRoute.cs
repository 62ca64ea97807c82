using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Routes;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Routes;

/// <summary>Replaces a route.</summary>
/// <param name="Id">The route.</param>
/// <param name="Definition">The new state, whole.</param>
public sealed record UpdateRoute(RouteId Id, RouteDefinition Definition) : ICommand<RouteView>;

internal sealed class UpdateRouteValidator : AbstractValidator<UpdateRoute>
{
    public UpdateRouteValidator() => RuleFor(c => c.Definition).Custom((definition, context) => context.AddFaults(definition.Check()));
}

internal sealed class UpdateRouteHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, WriteContext write, TimeProvider clock)
    : IRequestHandler<UpdateRoute, RouteView>
{
    public async Task<RouteView> Handle(UpdateRoute request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var route = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(route);
        route.Replace(request.Definition, clock.GetUtcNow());
        await writer.CompleteAsync(request.Id.ToString(), cancellationToken);
        return RouteView.Of(route, changed: true);
    }
}
