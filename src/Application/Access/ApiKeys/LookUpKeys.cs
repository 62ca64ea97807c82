using DataHub.Application.Abstractions;
using DataHub.Application.Access.Consumers;
using DataHub.Application.Access.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.ApiKeys;

/// <summary>Whose is it: finds keys by a whole secret, or by the readable start of one.</summary>
/// <param name="Text">What was pasted.</param>
public sealed record LookUpKeys(ClearSecret Text) : IQuery<IReadOnlyList<FoundKey>>
{
    /// <summary>Most keys of one answer: the readable start of secrets is not unique.</summary>
    public const int MaxFound = 20;
}

/// <summary>A key that was found.</summary>
/// <param name="Key">The key.</param>
/// <param name="Consumer">Whose key it is.</param>
/// <param name="SecretVersion">Which of its secrets it is.</param>
/// <param name="SecretAccepted">Whether that secret is accepted now, the key's own state included.</param>
/// <param name="Exact">True for a whole secret, false for the readable start of one.</param>
public sealed record FoundKey(ApiKeyDocument Key, ConsumerDocument Consumer, int SecretVersion, bool SecretAccepted, bool Exact);

internal sealed class LookUpKeysHandler(
    IKeyDirectory directory, IApiKeyRepository keys, IConsumerRepository consumers, IKeyInsights insights, TimeProvider clock) : IRequestHandler<LookUpKeys, IReadOnlyList<FoundKey>>
{
    private static readonly DomainError Away = new(ErrorCodes.StoreUnavailable, "The key cannot be looked up at the moment; try again shortly.");

    public async Task<IReadOnlyList<FoundKey>> Handle(LookUpKeys request, CancellationToken cancellationToken)
    {
        var text = request.Text.Reveal().Trim();
        if (KeyFormat.IsWellFormed(text))
        {
            var lookup = await directory.FindAsync(text, cancellationToken);
            return lookup.Status == KeyLookupStatus.StoreUnavailable ? throw new DomainException(Away)
                : lookup.Caller is { } caller && await keys.FindAsync(caller.KeyId, cancellationToken) is { } key ? [await ShowAsync(key, caller.SecretVersion, exact: true, cancellationToken)]
                : [];
        }

        var found = new List<FoundKey>();
        if (KeyFormat.TryReadDisplayPrefix(text, out var prefix))
        {
            foreach (var key in await keys.FindBySecretPrefixAsync(prefix, LookUpKeys.MaxFound, cancellationToken))
            {
                found.Add(await ShowAsync(key, key.Secrets.Last(s => s.Prefix == prefix).Version, exact: false, cancellationToken));
            }
        }

        return found;
    }

    private async Task<FoundKey> ShowAsync(ApiKey key, int version, bool exact, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var consumer = await consumers.FindAsync(key.ConsumerId, cancellationToken) ?? throw new DomainException(ConsumerErrors.NotFound);
        var insight = (await insights.ReadAsync([key.Id], cancellationToken)).GetValueOrDefault(key.Id);
        var accepted = key.StatusAt(now) == KeyStatus.Active && consumer.SuspendedAt is null && key.Secrets.Any(s => s.Version == version && s.IsAcceptedAt(now));
        return new FoundKey(ApiKeyDocument.From(key, now, insight), ConsumerDocument.From(consumer), version, accepted, exact);
    }
}
