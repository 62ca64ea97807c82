using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Users;

/// <summary>What the aggregate and its use cases refuse.</summary>
public static class UserErrors
{
    /// <summary>No such user.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The user does not exist.");

    /// <summary>Two users cannot have one address.</summary>
    public static readonly DomainError EmailTaken = new(ErrorCodes.NameTaken, "The e-mail address is taken.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The user is not valid.");

    /// <summary>Consumers belong to the user.</summary>
    public static readonly DomainError OwnsConsumers = new(ErrorCodes.InUse, "The user owns consumers.");

    /// <summary>The action does not fit the status.</summary>
    public static readonly DomainError WrongStatus = new(ErrorCodes.Conflict, "The status of the user does not allow it.");
}
