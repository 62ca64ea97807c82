using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Apis;
using MediatR;

namespace DataHub.Application.Routing.Apis;

/// <summary>Reads an API.</summary>
/// <param name="Id">The API.</param>
public sealed record GetApi(ApiId Id) : IQuery<ApiView>;

internal sealed class GetApiHandler(IRoutingConfiguration configuration) : IRequestHandler<GetApi, ApiView>
{
    public async Task<ApiView> Handle(GetApi request, CancellationToken cancellationToken) =>
        ApiView.Of(await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id));
}
