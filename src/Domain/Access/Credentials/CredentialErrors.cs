using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Credentials;

/// <summary>What credentials and their use cases refuse.</summary>
public static class CredentialErrors
{
    /// <summary>A second factor is asked for already.</summary>
    public static readonly DomainError TotpOn = new(ErrorCodes.Conflict, "The second factor is on already; turn it off first.");

    /// <summary>There is no second factor to confirm.</summary>
    public static readonly DomainError TotpNotBegun = new(ErrorCodes.Conflict, "No second factor was begun.");

    /// <summary>The code is not the one that the device shows, or was used before.</summary>
    public static readonly DomainError CodeRefused = new(ErrorCodes.LoginFailed, "The code is not right, or was used already.");

    /// <summary>The password that was given again is not the right one.</summary>
    public static readonly DomainError PasswordWrong = new(ErrorCodes.LoginFailed, "The current password is not right.");

    /// <summary>A new password breaks a rule.</summary>
    public static readonly DomainError PasswordRefused = new(ErrorCodes.ValidationFailed, "The password cannot be taken.");
}
