using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Behaviors;

/// <summary>Puts every command into one transaction. Queries pass through.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">Its result.</typeparam>
/// <param name="transactions">Runs the transaction.</param>
/// <param name="write">Says whether this is a dry run.</param>
public sealed class TransactionBehavior<TRequest, TResponse>(ITransactionRunner transactions, WriteContext write)
    : IPipelineBehavior<TRequest, TResponse>
{
    /// <inheritdoc/>
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        request is ICommandMarker
            ? transactions.RunAsync(() => next(), write.DryRun, cancellationToken)
            : next();
}
