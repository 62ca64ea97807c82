using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Removes a key with its secrets, as if it had never been; revoking keeps it to be looked at.</summary>
/// <param name="Id">The key.</param>
public sealed record DeleteApiKey(ApiKeyId Id) : ICommand<ApiKey>;

internal sealed class DeleteApiKeyHandler(IApiKeyRepository keys, IChangePublisher changes, WriteContext write)
    : IRequestHandler<DeleteApiKey, ApiKey>
{
    public async Task<ApiKey> Handle(DeleteApiKey request, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);
        write.EnsureMatches(key);
        keys.Remove(key);
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        return key;
    }
}
