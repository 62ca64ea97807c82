using DataHub.Application.Abstractions;
using DataHub.Domain.Routing.Upstreams;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>Adds an address to an upstream.</summary>
/// <param name="Id">The upstream.</param>
/// <param name="Destination">The address.</param>
public sealed record AddDestination(UpstreamId Id, Destination Destination) : ICommand<UpstreamView>;

internal sealed class AddDestinationValidator : AbstractValidator<AddDestination>
{
    public AddDestinationValidator() => RuleFor(c => c.Destination).Custom((destination, context) =>
    {
        var faults = new List<DomainFault>();
        destination.Check("", faults);
        context.AddFaults(faults);
    });
}

internal sealed class AddDestinationHandler(IRoutingConfiguration configuration, ConfigurationWriter writer, WriteContext write, TimeProvider clock)
    : IRequestHandler<AddDestination, UpstreamView>
{
    public async Task<UpstreamView> Handle(AddDestination request, CancellationToken cancellationToken)
    {
        await writer.BeginAsync(cancellationToken);
        var upstream = await configuration.FindAsync(request.Id, cancellationToken) ?? throw Missing.Of(request.Id);
        write.EnsureMatches(upstream);
        upstream.AddDestination(request.Destination, clock.GetUtcNow());
        await writer.CompleteAsync(request.Id.ToString(), cancellationToken);
        return UpstreamView.Of(upstream, changed: true);
    }
}
