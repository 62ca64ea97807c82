using DataHub.Application.Abstractions;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Issues a key to a consumer. The secret is in the result and nowhere else.</summary>
/// <param name="ConsumerId">Printed id of the consumer.</param>
/// <param name="Name">1 to <see cref="ApiKey.MaxNameLength"/> characters.</param>
/// <param name="Environment">What it may be used for; admin keys only for consumers of the segment admin.</param>
/// <param name="Scopes">Granted scopes.</param>
/// <param name="TierId">Printed id of the key's own tier; null for the consumer's.</param>
/// <param name="AllowedIps">Networks it may be used from; empty for any.</param>
/// <param name="ExpiresAt">Instant from which it is refused; null for never.</param>
/// <param name="Metadata">Free pairs.</param>
/// <param name="Rotation">When its secret is to be replaced; null for the tier's schedule, if it has one.</param>
/// <param name="ApiPermissions">Scopes on single APIs; null for none.</param>
public sealed record IssueApiKey(
    string ConsumerId,
    string Name,
    KeyEnvironment Environment,
    IReadOnlyList<string> Scopes,
    string? TierId,
    IReadOnlyList<string> AllowedIps,
    DateTimeOffset? ExpiresAt,
    IReadOnlyDictionary<string, string> Metadata,
    RotationSchedule? Rotation = null,
    IReadOnlyList<ApiPermissionFields>? ApiPermissions = null) : ICommand<IssuedApiKey>, IApiKeyFields;

/// <summary>A key that was just issued.</summary>
/// <param name="Key">The key.</param>
/// <param name="Secret">The only copy of its secret.</param>
public sealed record IssuedApiKey(ApiKey Key, ClearSecret Secret);

internal sealed class IssueApiKeyValidator : ApiKeyFieldsValidator<IssueApiKey>
{
    public IssueApiKeyValidator() =>
        RuleFor(c => c.ConsumerId).Must(id => EntityId.TryParse<ConsumerId>(id, out _)).WithErrorCode("invalid_id")
            .WithMessage("A consumer id looks like con_ and 26 characters.");
}

internal sealed class IssueApiKeyHandler(
    IConsumerRepository consumers,
    IApiKeyRepository keys,
    KeyReferences references,
    KeyMint mint,
    IIdSource ids,
    IChangePublisher changes,
    IEventPublisher events,
    WriteContext write,
    TimeProvider clock) : IRequestHandler<IssueApiKey, IssuedApiKey>
{
    public async Task<IssuedApiKey> Handle(IssueApiKey request, CancellationToken cancellationToken)
    {
        var consumer = EntityId.TryParse<ConsumerId>(request.ConsumerId, out var consumerId) ? await consumers.FindAsync(consumerId, cancellationToken) : null;
        if (consumer is null)
        {
            throw new DomainException(ApiKeyErrors.Invalid, $"There is no consumer {request.ConsumerId}.", "/consumerId");
        }

        if (request.Environment == KeyEnvironment.Admin && consumer.Segment != ConsumerSegment.Admin)
        {
            throw new DomainException(ApiKeyErrors.Invalid, "Admin keys are issued to consumers of the segment 'admin' only.", "/environment");
        }

        var settings = request.ToSettings();
        await references.EnsureExistAsync(settings, cancellationToken);
        var secret = mint.Mint(request.Environment, out var fingerprint);
        var key = ApiKey.Issue(new ApiKeyId(ids.NewId()), consumerId, request.Environment, fingerprint, settings, write.Actor.Id, clock.GetUtcNow());
        keys.Add(key);
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        events.Publish(KeyEvents.Created, KeyEventData.Of(key));
        return new IssuedApiKey(key, secret);
    }
}
