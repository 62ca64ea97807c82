namespace DataHub.Application.Access.SignIn;

/// <summary>How failures turn into delays: some are free, then each doubles the wait up to a limit.</summary>
/// <param name="FreeFailures">Failures that cost nothing.</param>
/// <param name="MaxSeconds">The longest wait.</param>
/// <param name="ForgottenAfter">After this long without a failure, counting starts anew.</param>
public sealed record SignInDelay(int FreeFailures, int MaxSeconds, TimeSpan ForgottenAfter)
{
    /// <summary>One account from one origin.</summary>
    public static readonly SignInDelay OfPair = new(5, 900, TimeSpan.FromHours(1));

    /// <summary>
    /// The same while the account is under attack, for origins that the person never signed in from: the first attempt is always free, so that no
    /// attack keeps the person out who comes from a new place.
    /// </summary>
    public static readonly SignInDelay OfPairUnderAttack = new(1, 900, TimeSpan.FromHours(1));

    /// <summary>One address, whatever the accounts. Short, because an office shares one.</summary>
    public static readonly SignInDelay OfAddress = new(30, 60, TimeSpan.FromMinutes(15));

    /// <summary>Failures of an account from unknown origins, within an hour of each other, from which on it counts as under attack.</summary>
    public const int AttackFailures = 50;

    /// <summary>Seconds to wait after the last failure.</summary>
    /// <param name="failures">Failures so far.</param>
    public int SecondsAfter(int failures) =>
        failures < FreeFailures ? 0 : failures - FreeFailures >= 30 ? MaxSeconds : Math.Min(MaxSeconds, 1 << (failures - FreeFailures));
}
