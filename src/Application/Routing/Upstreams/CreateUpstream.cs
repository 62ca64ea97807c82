using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Upstreams;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>Makes an upstream.</summary>
/// <param name="Definition">What is set.</param>
public sealed record CreateUpstream(UpstreamDefinition Definition) : ICommand<UpstreamView>;

internal sealed class CreateUpstreamValidator : AbstractValidator<CreateUpstream>
{
    public CreateUpstreamValidator() => RuleFor(c => c.Definition).Custom((definition, context) => context.AddFaults(definition.Check()));
}

internal sealed class CreateUpstreamHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, IIdSource ids, TimeProvider clock)
    : IRequestHandler<CreateUpstream, UpstreamView>
{
    public async Task<UpstreamView> Handle(CreateUpstream request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var upstream = Upstream.Create(new UpstreamId(ids.NewId()), request.Definition, clock.GetUtcNow());
        configuration.Add(upstream);
        await writer.CompleteAsync(upstream.Id.ToString(), cancellationToken);
        return UpstreamView.Of(upstream);
    }
}
