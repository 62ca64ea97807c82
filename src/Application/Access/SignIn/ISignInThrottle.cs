namespace DataHub.Application.Access.SignIn;

/// <summary>Where an attempt to sign in comes from.</summary>
/// <param name="Address">The client's address, as trusted proxies tell it.</param>
/// <param name="Device">The token that an earlier sign-in left in this browser; null when it has none.</param>
public sealed record SignInOrigin(string Address, string? Device);

/// <summary>Whether an attempt may be made.</summary>
/// <param name="Allowed">True: it counts as failed until it is told to have succeeded.</param>
/// <param name="RetryAfterSeconds">Seconds to wait; 0 when allowed.</param>
public readonly record struct SignInTurn(bool Allowed, int RetryAfterSeconds);

/// <summary>
/// Slows attempts that fail, for all nodes together. Counted by account and origin, so that who guesses from elsewhere does not delay the person;
/// and by address, so that who tries one password on many accounts is slowed as well.
/// </summary>
public interface ISignInThrottle
{
    /// <summary>Takes a turn. Counted before the password is looked at, so that a hundred attempts at once are not a hundred turns.</summary>
    /// <param name="email">The account that is claimed; whether it exists does not matter.</param>
    /// <param name="origin">Where the attempt comes from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<SignInTurn> BeginAsync(string email, SignInOrigin origin, CancellationToken cancellationToken);

    /// <summary>Takes the count back, and remembers the origin as one of this person.</summary>
    /// <param name="email">The account.</param>
    /// <param name="origin">Where the attempt came from, with the device token that the browser has from now on.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    Task SucceededAsync(string email, SignInOrigin origin, CancellationToken cancellationToken);
}
