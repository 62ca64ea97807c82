using DataHub.Application.Abstractions;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.SharedKernel;
using FluentValidation;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Adds a secret to a key and gives the earlier ones an end. Id, scopes, tier, counters and logs go on. The secret is in the result and nowhere else.</summary>
/// <param name="Id">The key.</param>
/// <param name="GraceSeconds">Seconds that the earlier secrets are still accepted; 0 cuts all of them off at once.</param>
/// <param name="Reason">Why, for whoever looks later; null for no reason.</param>
public sealed record RotateApiKey(ApiKeyId Id, int GraceSeconds, string? Reason) : ICommand<IssuedApiKey>
{
    /// <summary>Grace of a rotation that names none: a day.</summary>
    public const int DefaultGraceSeconds = 86_400;
}

internal sealed class RotateApiKeyValidator : AbstractValidator<RotateApiKey>
{
    public RotateApiKeyValidator()
    {
        RuleFor(c => c.GraceSeconds).InclusiveBetween(0, (int)ApiKey.MaxGrace.TotalSeconds).WithErrorCode("out_of_range");
        RuleFor(c => c.Reason).IsReason(ApiKey.MaxReasonLength);
    }
}

internal sealed class RotateApiKeyHandler(
    IApiKeyRepository keys, KeyMint mint, IChangePublisher changes, IEventPublisher events, WriteContext write, TimeProvider clock)
    : IRequestHandler<RotateApiKey, IssuedApiKey>
{
    public async Task<IssuedApiKey> Handle(RotateApiKey request, CancellationToken cancellationToken)
    {
        var key = await keys.FindAsync(request.Id, cancellationToken) ?? throw new DomainException(ApiKeyErrors.NotFound);
        write.EnsureMatches(key);
        if (write.IfMatch is null && key.Secrets[^1].CreatedAt > write.BeganAt)
        {
            // It came to an end after this one had begun: who got its secret must not find it replaced in the same moment.
            throw new DomainException(ApiKeyErrors.RotatedMeanwhile);
        }

        var secret = mint.Mint(key.Environment, out var fingerprint);
        var end = key.Rotate(fingerprint, TimeSpan.FromSeconds(request.GraceSeconds), clock.GetUtcNow());
        changes.Publish(ChangeTopics.Keys, key.Id.ToString());
        events.Publish(KeyEvents.Rotated, KeyEventData.Of(key) with { SecretVersion = key.Secrets[^1].Version, EarlierSecretsExpireAt = end, Reason = request.Reason });
        return new IssuedApiKey(key, secret);
    }
}
