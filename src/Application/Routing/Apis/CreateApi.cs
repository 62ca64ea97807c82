using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Apis;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Apis;

/// <summary>Makes an API.</summary>
/// <param name="Definition">What is set.</param>
public sealed record CreateApi(ApiDefinition Definition) : ICommand<ApiView>;

internal sealed class CreateApiValidator : AbstractValidator<CreateApi>
{
    public CreateApiValidator() => RuleFor(c => c.Definition).Custom((definition, context) => context.AddFaults(definition.Check()));
}

internal sealed class CreateApiHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, IIdSource ids, TimeProvider clock)
    : IRequestHandler<CreateApi, ApiView>
{
    public async Task<ApiView> Handle(CreateApi request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var api = PublishedApi.Create(new ApiId(ids.NewId()), request.Definition, clock.GetUtcNow());
        configuration.Add(api);
        await writer.CompleteAsync(api.Id.ToString(), cancellationToken);
        return ApiView.Of(api);
    }
}
