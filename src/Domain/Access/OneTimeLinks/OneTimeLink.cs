using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.OneTimeLinks;

/// <summary>What a link lets its holder do.</summary>
public enum LinkPurpose
{
    /// <summary>Take up an invitation: set the first password.</summary>
    Invitation,

    /// <summary>Set another password.</summary>
    PasswordReset,
}

/// <summary>Names one link.</summary>
/// <param name="Value">A UUIDv7; printed as <c>lnk_</c> and 26 characters.</param>
public readonly record struct OneTimeLinkId(Guid Value) : IEntityId<OneTimeLinkId>
{
    /// <inheritdoc/>
    public static string Prefix => "lnk";

    /// <inheritdoc/>
    public static OneTimeLinkId From(Guid value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => EntityId.Format(this);
}

/// <summary>A link that works once and for a while: whoever has it may set the password of one person. Holds the digest of its token only.</summary>
public sealed class OneTimeLink : AggregateRoot<OneTimeLinkId>
{
    private OneTimeLink(OneTimeLinkId id, DateTimeOffset now) : base(id, now) => TokenDigest = [];

    private OneTimeLink() => TokenDigest = [];

    /// <summary>Whose password it sets.</summary>
    public UserId UserId { get; private set; }

    /// <summary>What it is for.</summary>
    public LinkPurpose Purpose { get; private set; }

    /// <summary>Digest of the token in the link.</summary>
    [Masked]
    public byte[] TokenDigest { get; private set; }

    /// <summary>UTC instant from which it does not work any more.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>UTC instant at which it was used or replaced; null while it waits.</summary>
    public DateTimeOffset? SpentAt { get; private set; }

    /// <summary>Makes a link.</summary>
    /// <param name="id">The id, for ever.</param>
    /// <param name="userId">Whose password it sets.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="tokenDigest">Digest of its token.</param>
    /// <param name="lifetime">How long it works.</param>
    /// <param name="now">UTC instant of the request.</param>
    public static OneTimeLink Create(OneTimeLinkId id, UserId userId, LinkPurpose purpose, byte[] tokenDigest, TimeSpan lifetime, DateTimeOffset now) =>
        new(id, now) { UserId = userId, Purpose = purpose, TokenDigest = tokenDigest, ExpiresAt = now + lifetime };

    /// <summary>Uses it up.</summary>
    /// <param name="purpose">What it is used for.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="OneTimeLinkErrors.Invalid"/>: used, replaced, expired or for something else.</exception>
    public void Redeem(LinkPurpose purpose, DateTimeOffset now)
    {
        if (SpentAt is not null || now >= ExpiresAt || purpose != Purpose)
        {
            throw new DomainException(OneTimeLinkErrors.Invalid);
        }

        Spend(now);
    }

    /// <summary>Makes it worthless; spent is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    public void Spend(DateTimeOffset now)
    {
        SpentAt ??= now;
        Touch(now);
    }
}

/// <summary>What links refuse.</summary>
public static class OneTimeLinkErrors
{
    /// <summary>One answer for unknown, used, expired and replaced: who has no good link learns nothing.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.LinkInvalid, "The link does not work: it was used, has expired, or was replaced by a newer one.");
}
