using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.ApiKeys;

/// <summary>What the aggregate and its use cases refuse.</summary>
public static class ApiKeyErrors
{
    /// <summary>No such key.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The API key does not exist.");

    /// <summary>A revoked key cannot change.</summary>
    public static readonly DomainError Revoked = new(ErrorCodes.AlreadyRevoked, "The API key was revoked already; issue another one.");

    /// <summary>A field breaks a rule that only the aggregate can check.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The API key is not valid.");

    /// <summary>The change would leave nobody who can administer the gateway.</summary>
    public static readonly DomainError LastAdmin = new(ErrorCodes.InUse, "This is the last usable admin key; issue another one first.");
}
