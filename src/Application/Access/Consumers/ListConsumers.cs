using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Access.Consumers;

/// <summary>A page of consumers.</summary>
/// <param name="Filter">What it is narrowed to.</param>
/// <param name="List">Page and order.</param>
public sealed record ListConsumers(ConsumerFilter Filter, ListRequest List) : IQuery<Page<ConsumerDocument>>;

internal sealed class ListConsumersHandler(IConsumerList consumers) : IRequestHandler<ListConsumers, Page<ConsumerDocument>>
{
    public Task<Page<ConsumerDocument>> Handle(ListConsumers request, CancellationToken cancellationToken) =>
        consumers.ListAsync(request.Filter, request.List, cancellationToken);
}
