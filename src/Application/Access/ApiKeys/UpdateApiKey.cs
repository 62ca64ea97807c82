using DataHub.Application.Abstractions;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Replaces all that can be changed of a key. Its consumer, environment and secrets stay.</summary>
/// <param name="Id">The key.</param>
/// <param name="Name">1 to <see cref="ApiKey.MaxNameLength"/> characters.</param>
/// <param name="Scopes">Granted scopes.</param>
/// <param name="TierId">Printed id of the key's own tier; null for the consumer's.</param>
/// <param name="AllowedIps">Networks it may be used from; empty for any.</param>
/// <param name="ExpiresAt">Instant from which it is refused; null for never.</param>
/// <param name="Metadata">Free pairs.</param>
/// <param name="Rotation">When its secret is to be replaced; null for the tier's schedule, if it has one.</param>
/// <param name="ApiPermissions">Scopes on single APIs; null for none.</param>
public sealed record UpdateApiKey(
    ApiKeyId Id,
    string Name,
    IReadOnlyList<string> Scopes,
    string? TierId,
    IReadOnlyList<string> AllowedIps,
    DateTimeOffset? ExpiresAt,
    IReadOnlyDictionary<string, string> Metadata,
    RotationSchedule? Rotation = null,
    IReadOnlyList<ApiPermissionFields>? ApiPermissions = null) : ICommand<ApiKey>, IApiKeyFields;

internal sealed class UpdateApiKeyValidator : ApiKeyFieldsValidator<UpdateApiKey>;

internal sealed class UpdateApiKeyHandler(
    IApiKeyRepository keys, KeyReferences references, IChangePublisher changes, WriteContext write, TimeProvider clock) : IRequestHandler<UpdateApiKey, ApiKey>
{
    public async Task<ApiKey> Handle(UpdateApiKey request, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);
        write.EnsureMatches(key);
        var settings = request.ToSettings();
        await references.EnsureExistAsync(settings, cancellationToken);
        key.Update(settings, clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        return key;
    }
}
