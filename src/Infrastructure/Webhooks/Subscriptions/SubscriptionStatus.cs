using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>Turns what the engine tells of endpoints into commands of the gateway itself, each in a scope of its own.</summary>
internal sealed class SubscriptionStatus(IServiceScopeFactory scopes) : ISubscriptionStatus
{
    public Task VerifiedAsync(SubscriptionId id, CancellationToken cancellationToken) => SendAsync(new VerifySubscription(id), cancellationToken);

    public Task DisableAsync(SubscriptionId id, DisabledReason reason, CancellationToken cancellationToken) => SendAsync(new DisableEndpoint(id, reason), cancellationToken);

    private async Task SendAsync(IRequest<Unit> command, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command, cancellationToken);
    }
}
