using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Webhooks.Subscriptions;

/// <summary>An endpoint of somebody who wants to be told of events.</summary>
public sealed class Subscription : AggregateRoot<SubscriptionId>, ITenantOwned
{
    /// <summary>Most secrets that are valid at once.</summary>
    public const int MaxSecrets = 10;

    /// <summary>Longest overlap of a rotation.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(7);

    private Subscription(SubscriptionId id, ApiKeyId? keyId, ConsumerId? consumerId, DateTimeOffset now) : base(id, now) => (KeyId, ConsumerId) = (keyId, consumerId);

    private Subscription()
    {
    }

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>The key whose scopes bound what it gets; null: made by an administrator, for whatever the tenant has.</summary>
    public ApiKeyId? KeyId { get; private set; }

    /// <summary>Whose key that is; null without one.</summary>
    public ConsumerId? ConsumerId { get; private set; }

    /// <summary>Everything that is set and may be shown.</summary>
    public SubscriptionDefinition Definition { get; private set; } = new("", []);

    /// <summary>The sealed values of headers and the sealed credential of the sign-in; null for none.</summary>
    [Masked]
    public byte[]? Confidential { get; private set; }

    /// <summary>The secrets that sign or signed lately, oldest first; at least one.</summary>
    [Masked]
    public IReadOnlyList<SubscriptionSecret> Secrets { get; private set; } = [];

    /// <summary>UTC instant at which it was switched off; null while it is on.</summary>
    public DateTimeOffset? DisabledAt { get; private set; }

    /// <summary>Why it is off; null while it is on.</summary>
    public DisabledReason? DisabledReason { get; private set; }

    /// <summary>UTC instant of the first 2xx, or of the challenge that was answered; null: not verified.</summary>
    public DateTimeOffset? VerifiedAt { get; private set; }

    /// <summary>Makes a subscription with its first secret.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="owner">The key that bounds it and its consumer; null: an administrator's.</param>
    /// <param name="definition">What is set; checked by the caller.</param>
    /// <param name="confidential">What is sealed beside it.</param>
    /// <param name="secret">The sealed first secret.</param>
    /// <param name="now">UTC instant.</param>
    public static Subscription Create(SubscriptionId id, (ApiKeyId Key, ConsumerId Consumer)? owner, SubscriptionDefinition definition, byte[]? confidential, byte[] secret, DateTimeOffset now) =>
        new(id, owner?.Key, owner?.Consumer, now) { Definition = definition, Confidential = confidential, Secrets = [new SubscriptionSecret(1, secret, now, null)] };

    /// <summary>Replaces what is set. Another host has to prove itself anew.</summary>
    /// <param name="definition">The new state; checked by the caller.</param>
    /// <param name="confidential">What is sealed beside it.</param>
    /// <param name="now">UTC instant.</param>
    public void Replace(SubscriptionDefinition definition, byte[]? confidential, DateTimeOffset now)
    {
        if (definition.Url != Definition.Url)
        {
            VerifiedAt = null;
        }

        (Definition, Confidential) = (definition, confidential);
        Touch(now);
    }

    /// <summary>Switches it off; off already is fine, and keeps its reason.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="now">UTC instant.</param>
    /// <returns>False when it was off already.</returns>
    public bool Disable(DisabledReason reason, DateTimeOffset now)
    {
        if (DisabledAt is not null)
        {
            return false;
        }

        (DisabledAt, DisabledReason) = (now, reason);
        Touch(now);
        return true;
    }

    /// <summary>Switches it on; on already is fine.</summary>
    /// <param name="now">UTC instant.</param>
    /// <returns>False when it was on already.</returns>
    public bool Enable(DateTimeOffset now)
    {
        if (DisabledAt is null)
        {
            return false;
        }

        (DisabledAt, DisabledReason) = (null, null);
        Touch(now);
        return true;
    }

    /// <summary>Notes that the endpoint proved itself; again is fine.</summary>
    /// <param name="now">UTC instant.</param>
    /// <returns>False when it was verified already.</returns>
    public bool Verify(DateTimeOffset now)
    {
        if (VerifiedAt is not null)
        {
            return false;
        }

        VerifiedAt = now;
        Touch(now);
        return true;
    }

    /// <summary>The number that the next secret gets.</summary>
    public int NextSecretNumber => Secrets[^1].Number + 1;

    /// <summary>Adds a secret and gives the earlier one an end. Those that have ended are forgotten.</summary>
    /// <param name="secret">The sealed new secret, sealed for <see cref="NextSecretNumber"/>.</param>
    /// <param name="overlap">How long the earlier one still signs: 0 to <see cref="MaxOverlap"/>; 0 ends every earlier one at once.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="SubscriptionErrors.Conflict"/> when too many would be valid.</exception>
    public void RotateSecret(byte[] secret, TimeSpan overlap, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(overlap, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, MaxOverlap);
        var end = now + overlap;
        var kept = Secrets.Select(s => s.ValidUntil is { } until && until < end ? s : s with { ValidUntil = end }).Where(s => s.IsValidAt(now)).ToList();
        if (kept.Count >= MaxSecrets)
        {
            throw new DomainException(SubscriptionErrors.Conflict, $"{MaxSecrets} secrets are valid already; revoke one, or rotate with overlapSeconds 0.");
        }

        Secrets = [.. kept, new SubscriptionSecret(NextSecretNumber, secret, now, null)];
        Touch(now);
    }

    /// <summary>Ends a secret at once.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException">There is no such secret, or it is the only one that signs.</exception>
    public void RevokeSecret(int number, DateTimeOffset now)
    {
        if (!Secrets.Any(s => s.Number == number && s.IsValidAt(now)))
        {
            throw new DomainException(SubscriptionErrors.Invalid, $"No valid secret has the number {number}.", "/number");
        }

        if (Secrets[^1].Number == number)
        {
            throw new DomainException(SubscriptionErrors.Conflict, "The current secret cannot be revoked; rotate with overlapSeconds 0, which ends it at once and makes another one.");
        }

        Secrets = [.. Secrets.Where(s => s.Number != number)];
        Touch(now);
    }
}
