using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Routes;

/// <summary>Makes a route.</summary>
/// <param name="ApiId">Its API.</param>
/// <param name="Definition">What is set.</param>
public sealed record CreateRoute(ApiId ApiId, RouteDefinition Definition) : ICommand<RouteView>;

internal sealed class CreateRouteValidator : AbstractValidator<CreateRoute>
{
    public CreateRouteValidator() => RuleFor(c => c.Definition).Custom((definition, context) => context.AddFaults(definition.Check()));
}

internal sealed class CreateRouteHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, IIdSource ids, TimeProvider clock)
    : IRequestHandler<CreateRoute, RouteView>
{
    public async Task<RouteView> Handle(CreateRoute request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        _ = await configuration.FindAsync(request.ApiId, cancellationToken) ?? throw Missing.Of(request.ApiId);
        var route = ApiRoute.Create(new RouteId(ids.NewId()), request.ApiId, request.Definition, clock.GetUtcNow());
        configuration.Add(route);
        await writer.CompleteAsync(route.Id.ToString(), cancellationToken);
        return RouteView.Of(route);
    }
}
