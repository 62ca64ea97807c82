using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Upstreams;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>Replaces an upstream.</summary>
/// <param name="Id">The upstream.</param>
/// <param name="Definition">The new state, whole.</param>
public sealed record UpdateUpstream(UpstreamId Id, UpstreamDefinition Definition) : ICommand<UpstreamView>;

internal sealed class UpdateUpstreamValidator : AbstractValidator<UpdateUpstream>
{
    public UpdateUpstreamValidator() => RuleFor(c => c.Definition).Custom((definition, context) => context.AddFaults(definition.Check()));
}

internal sealed class UpdateUpstreamHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, WriteContext write, TimeProvider clock)
    : IRequestHandler<UpdateUpstream, UpstreamView>
{
    public async Task<UpstreamView> Handle(UpdateUpstream request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var upstream = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(upstream);
        upstream.Replace(request.Definition, clock.GetUtcNow());
        await writer.CompleteAsync(request.Id.ToString(), cancellationToken);
        return UpstreamView.Of(upstream, changed: true);
    }
}
