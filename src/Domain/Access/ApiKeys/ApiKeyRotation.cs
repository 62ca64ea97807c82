using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.ApiKeys;

public sealed partial class ApiKey
{
    /// <summary>Longest time for which a replaced secret is accepted.</summary>
    public static readonly TimeSpan MaxGrace = TimeSpan.FromDays(30);

    /// <summary>Most secrets that are accepted at once.</summary>
    public const int MaxAcceptedSecrets = 5;

    /// <summary>Most secrets that are remembered, so that a caller who comes with an old one learns what happened to it.</summary>
    public const int MaxRememberedSecrets = 20;

    /// <summary>Days of the key's own schedule; null for none.</summary>
    public int? RotateEveryDays { get; private set; }

    /// <summary>Grace of the key's own schedule in seconds; null for none.</summary>
    public int? RotationGraceSeconds { get; private set; }

    /// <summary>Whether the key's own schedule ends the old secret.</summary>
    public bool RotationEnforced { get; private set; }

    /// <summary>The key's own schedule; null for the tier's, if it has one.</summary>
    public RotationSchedule? Rotation =>
        RotateEveryDays is { } days ? new RotationSchedule(days, RotationGraceSeconds ?? RotationSchedule.DefaultGraceSeconds, RotationEnforced) : null;

    /// <summary>
    /// Adds a secret, and gives all earlier ones an end: after the grace, or at the key's own end if that comes first. An end that an
    /// earlier rotation set is never moved back, so a rotation without grace cuts off every earlier secret at once.
    /// </summary>
    /// <param name="secret">What is kept of the new secret.</param>
    /// <param name="grace">From zero to <see cref="MaxGrace"/>.</param>
    /// <param name="now">UTC instant of the request.</param>
    /// <returns>The end of the secret that was the current one; not after <paramref name="now"/> when it is refused already.</returns>
    /// <exception cref="DomainException">
    /// <see cref="ApiKeyErrors.Revoked"/>, <see cref="ApiKeyErrors.Expired"/>, <see cref="ApiKeyErrors.Invalid"/> for a grace out of range, or
    /// <see cref="ApiKeyErrors.TooManySecrets"/>; the key is left unchanged.
    /// </exception>
    public DateTimeOffset Rotate(SecretFingerprint secret, TimeSpan grace, DateTimeOffset now)
    {
        EnsureNotRevoked();
        if (ExpiresAt <= now)
        {
            throw new DomainException(ApiKeyErrors.Expired);
        }

        Require(grace >= TimeSpan.Zero && grace <= MaxGrace, $"The grace is 0 to {MaxGrace.TotalSeconds} seconds.", "/graceSeconds");
        var current = InOrder()[^1];
        if (grace > TimeSpan.Zero && _secrets.Count(s => s.IsAcceptedAt(now)) >= MaxAcceptedSecrets)
        {
            throw new DomainException(
                ApiKeyErrors.TooManySecrets, $"{MaxAcceptedSecrets} secrets of this key are accepted already; wait for the end of one, or rotate with graceSeconds 0 to cut them off.");
        }

        EndSecrets(grace, now);
        _secrets.Add(new ApiKeySecret(current.Version + 1, secret, now));
        while (_secrets.Count > MaxRememberedSecrets && !_secrets[0].IsAcceptedAt(now))
        {
            _secrets.RemoveAt(0);
        }

        Touch(now);
        return current.NotAfter!.Value;
    }

    /// <summary>Gives the current secret an end because its schedule says so; the key needs a rotation before.</summary>
    /// <param name="grace">From zero to <see cref="MaxGrace"/>.</param>
    /// <param name="now">UTC instant.</param>
    /// <returns>The end.</returns>
    /// <exception cref="DomainException"><see cref="ApiKeyErrors.Revoked"/>.</exception>
    public DateTimeOffset EndCurrentSecret(TimeSpan grace, DateTimeOffset now)
    {
        EnsureNotRevoked();
        EndSecrets(grace, now);
        Touch(now);
        return InOrder()[^1].NotAfter!.Value;
    }

    // A store hands secrets out in whatever order it finds them.
    private List<ApiKeySecret> InOrder()
    {
        for (var i = 1; i < _secrets.Count; i++)
        {
            if (_secrets[i - 1].Version > _secrets[i].Version)
            {
                _secrets.Sort((a, b) => a.Version.CompareTo(b.Version));
                break;
            }
        }

        return _secrets;
    }

    private void EndSecrets(TimeSpan grace, DateTimeOffset now)
    {
        var end = now + grace;
        end = ExpiresAt < end ? ExpiresAt.Value : end;
        foreach (var secret in _secrets)
        {
            secret.EndAt(end, now);
        }
    }
}
