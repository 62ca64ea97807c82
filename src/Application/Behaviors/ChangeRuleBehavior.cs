using DataHub.Application.Abstractions;
using MediatR;

namespace DataHub.Application.Behaviors;

/// <summary>Holds what a command has changed against every rule, inside its transaction.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">Its result.</typeparam>
/// <param name="pending">What the command has changed.</param>
/// <param name="rules">The rules.</param>
public sealed class ChangeRuleBehavior<TRequest, TResponse>(IPendingChanges pending, IEnumerable<IChangeRule> rules) : IPipelineBehavior<TRequest, TResponse>
{
    /// <inheritdoc/>
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var response = await next();
        if (request is not ICommandMarker)
        {
            return response;
        }

        var changes = pending.Read();
        var curious = new List<IChangeRule>();
        foreach (var rule in rules)
        {
            if (await rule.BeforeSaveAsync(changes, cancellationToken))
            {
                curious.Add(rule);
            }
        }

        if (curious.Count > 0)
        {
            await pending.SaveAsync(cancellationToken);
        }

        foreach (var rule in curious)
        {
            await rule.AfterSaveAsync(cancellationToken);
        }

        return response;
    }
}
