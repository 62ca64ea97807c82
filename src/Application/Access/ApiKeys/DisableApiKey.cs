using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Switches a key off until it is enabled again.</summary>
/// <param name="Id">The key.</param>
public sealed record DisableApiKey(ApiKeyId Id) : ICommand<ApiKey>;

internal sealed class DisableApiKeyHandler(IApiKeyRepository keys, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<DisableApiKey, ApiKey>
{
    public async Task<ApiKey> Handle(DisableApiKey request, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);
        write.EnsureMatches(key);
        key.Disable(clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        return key;
    }
}
