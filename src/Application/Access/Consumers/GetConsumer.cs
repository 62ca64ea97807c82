using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Consumers;

/// <summary>One consumer.</summary>
/// <param name="Id">The consumer.</param>
public sealed record GetConsumer(ConsumerId Id) : IQuery<ConsumerDocument>;

internal sealed class GetConsumerHandler(IConsumerRepository consumers) : IRequestHandler<GetConsumer, ConsumerDocument>
{
    public async Task<ConsumerDocument> Handle(GetConsumer request, CancellationToken cancellationToken) =>
        ConsumerDocument.From(await consumers.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ConsumerErrors.NotFound));
}
