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

    /// <summary>An expired key has no time left that a new secret could be used in.</summary>
    public static readonly DomainError Expired = new(ErrorCodes.Conflict, "The API key has expired; give it a later end first.");

    /// <summary>So many secrets are accepted that nobody knows any more which one is in use.</summary>
    public static readonly DomainError TooManySecrets = new(ErrorCodes.Conflict, "Too many secrets of this key are still accepted.");

    /// <summary>Of rotations that were asked for at once one wins.</summary>
    public static readonly DomainError RotatedMeanwhile = new(ErrorCodes.EtagMismatch, "The key was rotated by someone else at the same time; read it again and repeat the change.");

    /// <summary>The change would leave nobody who can administer the gateway.</summary>
    public static readonly DomainError LastAdmin = new(ErrorCodes.InUse, "This is the last usable administrator; make another one first.");
}
