using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Apis;
using MediatR;

namespace DataHub.Application.Routing.Apis;

/// <summary>Deletes an API. It must not be used by a route.</summary>
/// <param name="Id">The API.</param>
public sealed record DeleteApi(ApiId Id) : ICommand<Unit>;

internal sealed class DeleteApiHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, WriteContext write)
    : IRequestHandler<DeleteApi, Unit>
{
    public async Task<Unit> Handle(DeleteApi request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var api = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(api);
        await writer.EnsureUnusedAsync($"The API '{api.Slug}'", r => r.ApiId == api.Id, cancellationToken);
        configuration.Remove(api);
        return Unit.Value;
    }
}
