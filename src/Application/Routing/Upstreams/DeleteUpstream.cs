using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Upstreams;
using MediatR;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>Deletes an upstream. It must not be used by a route.</summary>
/// <param name="Id">The upstream.</param>
public sealed record DeleteUpstream(UpstreamId Id) : ICommand<Unit>;

internal sealed class DeleteUpstreamHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, WriteContext write)
    : IRequestHandler<DeleteUpstream, Unit>
{
    public async Task<Unit> Handle(DeleteUpstream request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var upstream = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(upstream);
        await writer.EnsureUnusedAsync($"The upstream '{upstream.Name}'", r => r.Definition.UpstreamId == upstream.Id, cancellationToken);
        configuration.Remove(upstream);
        return Unit.Value;
    }
}
