using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Credentials;

/// <summary>What a person proves with who they are: a password, and where they want it a second factor. Has the id of its user.</summary>
public sealed class UserCredential : AggregateRoot<UserId>
{
    /// <summary>Recovery codes that are made at a time.</summary>
    public const int RecoveryCodeCount = 10;

    private List<byte[]> _recoveryCodes = [];

    private UserCredential(UserId id, DateTimeOffset now) : base(id, now)
    {
    }

    private UserCredential()
    {
    }

    /// <summary>Hash of the password; null while there is none.</summary>
    [Masked]
    public string? PasswordHash { get; private set; }

    /// <summary>UTC instant at which the password was set; null while there is none.</summary>
    public DateTimeOffset? PasswordChangedAt { get; private set; }

    /// <summary>The sealed secret of the second factor; null while there is none.</summary>
    [Masked]
    public byte[]? TotpSecret { get; private set; }

    /// <summary>UTC instant from which the second factor is asked for; null while it is not.</summary>
    public DateTimeOffset? TotpConfirmedAt { get; private set; }

    /// <summary>The last time step whose code was accepted; none of it or before it is accepted again.</summary>
    [Masked]
    public long TotpLastStep { get; private set; }

    /// <summary>Digests of the recovery codes that are left.</summary>
    [Masked]
    public IReadOnlyList<byte[]> RecoveryCodes => _recoveryCodes;

    /// <summary>True when a second factor is asked for at sign-in.</summary>
    public bool AsksForSecondFactor => TotpConfirmedAt is not null;

    /// <summary>The credential of a person who has none yet.</summary>
    /// <param name="id">Whose it is.</param>
    /// <param name="now">UTC instant of the request.</param>
    public static UserCredential For(UserId id, DateTimeOffset now) => new(id, now);

    /// <summary>Sets the password.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="now">UTC instant of the request.</param>
    public void SetPassword(string hash, DateTimeOffset now)
    {
        (PasswordHash, PasswordChangedAt) = (hash, now);
        Touch(now);
    }

    /// <summary>Keeps the same password under a newer hash.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="now">UTC instant of the request.</param>
    public void Rehash(string hash, DateTimeOffset now)
    {
        PasswordHash = hash;
        Touch(now);
    }

    /// <summary>Begins a second factor: it is asked for once <see cref="ConfirmTotp"/> has seen a code.</summary>
    /// <param name="secret">The sealed secret.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <exception cref="DomainException"><see cref="CredentialErrors.TotpOn"/>.</exception>
    public void BeginTotp(byte[] secret, DateTimeOffset now)
    {
        if (AsksForSecondFactor)
        {
            throw new DomainException(CredentialErrors.TotpOn);
        }

        (TotpSecret, TotpLastStep) = (secret, 0);
        Touch(now);
    }

    /// <summary>Turns the second factor on, after a code proved that the person has the secret.</summary>
    /// <param name="step">Time step of that code; it is used up.</param>
    /// <param name="recoveryCodes">Digests of the codes that work once without the device.</param>
    /// <param name="now">UTC instant of the request.</param>
    public void ConfirmTotp(long step, IEnumerable<byte[]> recoveryCodes, DateTimeOffset now)
    {
        if (AsksForSecondFactor)
        {
            throw new DomainException(CredentialErrors.TotpOn);
        }

        (TotpConfirmedAt, TotpLastStep) = (now, step);
        _recoveryCodes = [.. recoveryCodes];
        Touch(now);
    }

    /// <summary>Accepts the code of a time step, once.</summary>
    /// <param name="step">The step that the code is of.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <returns>False when a code of this step or a later one was accepted before.</returns>
    public bool AcceptStep(long step, DateTimeOffset now)
    {
        if (step <= TotpLastStep)
        {
            return false;
        }

        TotpLastStep = step;
        Touch(now);
        return true;
    }

    /// <summary>Uses a recovery code up.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <returns>False when it is none of those that are left.</returns>
    public bool UseRecoveryCode(byte[] digest, DateTimeOffset now)
    {
        if (!AsksForSecondFactor || !_recoveryCodes.Exists(known => known.AsSpan().SequenceEqual(digest)))
        {
            return false;
        }

        _recoveryCodes = [.. _recoveryCodes.Where(known => !known.AsSpan().SequenceEqual(digest))];
        Touch(now);
        return true;
    }

    /// <summary>Turns the second factor off; off is fine.</summary>
    /// <param name="now">UTC instant of the request.</param>
    public void RemoveTotp(DateTimeOffset now)
    {
        (TotpSecret, TotpConfirmedAt, TotpLastStep) = (null, null, 0);
        _recoveryCodes = [];
        Touch(now);
    }
}
