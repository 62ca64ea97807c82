using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Sessions;

/// <summary>What sessions and their use cases refuse.</summary>
public static class SessionErrors
{
    /// <summary>No such session, or not one that the caller may know of.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The session does not exist.");
}
