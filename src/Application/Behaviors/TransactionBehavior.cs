using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Behaviors;

/// <summary>Puts every command into one transaction. Queries pass through.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">Its result.</typeparam>
/// <param name="transactions">Runs the transaction.</param>
/// <param name="write">Says whether this is a dry run; is told the name of the command.</param>
public sealed class TransactionBehavior<TRequest, TResponse>(ITransactionRunner transactions, WriteContext write)
    : IPipelineBehavior<TRequest, TResponse>
{
    /// <inheritdoc/>
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request is not ICommandMarker)
        {
            return await next();
        }

        var outer = write.Command;
        write.Command ??= typeof(TRequest).Name; // Of commands within a command, the outermost is what was asked for.
        try
        {
            return await transactions.RunAsync(() => next(), write.DryRun, cancellationToken);
        }
        finally
        {
            write.Command = outer;
        }
    }
}
