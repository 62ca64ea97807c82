namespace DataHub.Domain.Access.ApiKeys;

/// <summary>How often the secret of a key is to be replaced. Nobody can be shown a secret that a schedule makes, so a schedule makes none: it says when one is due, and can end the old one.</summary>
/// <param name="EveryDays">Days from one secret to the next: 1 to <see cref="MaxDays"/>.</param>
/// <param name="GraceSeconds">Seconds that the old secret is accepted once it is due: 0 to <see cref="ApiKey.MaxGrace"/>.</param>
/// <param name="Enforced">True: the old secret ends after the grace, replaced or not. False: it is only told that it is due.</param>
public sealed record RotationSchedule(int EveryDays, int GraceSeconds, bool Enforced)
{
    /// <summary>Most days between two secrets: two years.</summary>
    public const int MaxDays = 730;

    /// <summary>Grace of a schedule that names none: a week.</summary>
    public const int DefaultGraceSeconds = 7 * 86_400;

    /// <summary>Whether the numbers are in their ranges.</summary>
    public bool IsInRange() => EveryDays is >= 1 and <= MaxDays && GraceSeconds >= 0 && GraceSeconds <= ApiKey.MaxGrace.TotalSeconds;
}
