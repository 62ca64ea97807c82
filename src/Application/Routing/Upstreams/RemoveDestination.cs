using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Upstreams;
using MediatR;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>Takes an address away from an upstream.</summary>
/// <param name="Id">The upstream.</param>
/// <param name="Name">The destination's name, in any case.</param>
public sealed record RemoveDestination(UpstreamId Id, string Name) : ICommand<Unit>;

internal sealed class RemoveDestinationHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, WriteContext write, TimeProvider clock)
    : IRequestHandler<RemoveDestination, Unit>
{
    public async Task<Unit> Handle(RemoveDestination request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var upstream = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(upstream);
        upstream.RemoveDestination(request.Name, clock.GetUtcNow());
        await writer.CompleteAsync(request.Id.ToString(), cancellationToken);
        return Unit.Value;
    }
}
