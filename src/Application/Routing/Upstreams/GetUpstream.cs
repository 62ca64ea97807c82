using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Upstreams;
using MediatR;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>Reads an upstream.</summary>
/// <param name="Id">The upstream.</param>
public sealed record GetUpstream(UpstreamId Id) : IQuery<UpstreamView>;

internal sealed class GetUpstreamHandler(IRoutingConfiguration configuration) : IRequestHandler<GetUpstream, UpstreamView>
{
    public async Task<UpstreamView> Handle(GetUpstream request, CancellationToken cancellationToken) =>
        UpstreamView.Of(await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id));
}
