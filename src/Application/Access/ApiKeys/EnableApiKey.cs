using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Switches a key on again.</summary>
/// <param name="Id">The key.</param>
public sealed record EnableApiKey(ApiKeyId Id) : ICommand<ApiKey>;

internal sealed class EnableApiKeyHandler(IApiKeyRepository keys, IChangePublisher changes, WriteContext write, TimeProvider clock)
    : IRequestHandler<EnableApiKey, ApiKey>
{
    public async Task<ApiKey> Handle(EnableApiKey request, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);
        write.EnsureMatches(key);
        key.Enable(clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        return key;
    }
}
