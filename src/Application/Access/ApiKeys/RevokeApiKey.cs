using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Ends a key for ever, on every node; active here when the answer comes.</summary>
/// <param name="Id">The key.</param>
/// <param name="Reason">Why, for whoever looks later; null for no reason.</param>
public sealed record RevokeApiKey(ApiKeyId Id, string? Reason) : ICommand<ApiKey>;

internal sealed class RevokeApiKeyValidator : AbstractValidator<RevokeApiKey>
{
    public RevokeApiKeyValidator() => RuleFor(c => c.Reason).IsReason(ApiKey.MaxReasonLength);
}

internal sealed class RevokeApiKeyHandler(IApiKeyRepository keys, IChangePublisher changes, IEventPublisher events, WriteContext write, TimeProvider clock)
    : IRequestHandler<RevokeApiKey, ApiKey>
{
    public async Task<ApiKey> Handle(RevokeApiKey request, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);
        write.EnsureMatches(key);
        key.Revoke(request.Reason, clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        events.Publish(KeyEvents.Revoked, KeyEventData.Of(key) with { Reason = request.Reason });
        return key;
    }
}
