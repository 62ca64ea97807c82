using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Apis;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Apis;

/// <summary>Replaces an API.</summary>
/// <param name="Id">The API.</param>
/// <param name="Definition">The new state, whole.</param>
public sealed record UpdateApi(ApiId Id, ApiDefinition Definition) : ICommand<ApiView>;

internal sealed class UpdateApiValidator : AbstractValidator<UpdateApi>
{
    public UpdateApiValidator() => RuleFor(c => c.Definition).Custom((definition, context) => context.AddFaults(definition.Check()));
}

internal sealed class UpdateApiHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, WriteContext write, TimeProvider clock)
    : IRequestHandler<UpdateApi, ApiView>
{
    public async Task<ApiView> Handle(UpdateApi request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var api = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(api);
        api.Replace(request.Definition, clock.GetUtcNow());
        await writer.CompleteAsync(request.Id.ToString(), cancellationToken);
        return ApiView.Of(api, changed: true);
    }
}
