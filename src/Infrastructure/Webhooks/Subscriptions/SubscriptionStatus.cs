using DataHub.Application.Webhooks.Contracts;
using DataHub.Application.Webhooks.Subscriptions;
using DataHub.Domain.Webhooks.Subscriptions;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>Turns what the engine tells of endpoints into commands of the gateway itself, each in a scope of its own.</summary>
internal sealed class SubscriptionStatus(IServiceScopeFactory scopes) : ISubscriptionStatus
{
    private const int Tries = 3;

    // Somebody who changes the subscription at the same moment must not cost it its proof.
    public async Task VerifiedAsync(SubscriptionId id, Uri url, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await SendAsync(new VerifySubscription(id, url.OriginalString), cancellationToken);
                return;
            }
            catch (DbUpdateConcurrencyException) when (tries < Tries)
            {
                // It is read anew.
            }
        }
    }

    public Task<bool> DisableAsync(SubscriptionId id, Uri url, DisabledReason reason, CancellationToken cancellationToken) =>
        SendAsync(new DisableEndpoint(id, url.OriginalString, reason), cancellationToken);

    private async Task<T> SendAsync<T>(IRequest<T> command, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command, cancellationToken);
    }
}
