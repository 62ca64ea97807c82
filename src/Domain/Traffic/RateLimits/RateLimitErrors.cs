using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Traffic.RateLimits;

/// <summary>Why a tier refuses.</summary>
public static class RateLimitErrors
{
    /// <summary>A limit is out of range.</summary>
    public static readonly DomainError InvalidLimit = new(ErrorCodes.ValidationFailed, "A limit of the tier is not valid.");

    /// <summary>The name is empty, too long or has control characters.</summary>
    public static readonly DomainError InvalidName = new(ErrorCodes.ValidationFailed, "The name of the tier is not valid.");

    /// <summary>There must always be one default tier.</summary>
    public static readonly DomainError DefaultNeeded = new(ErrorCodes.Conflict, "One tier must be the default.");

    /// <summary>Keys, consumers or routes refer to the tier, or it is the default.</summary>
    public static readonly DomainError InUse = new(ErrorCodes.InUse, "The tier is in use.");

    /// <summary>Another tier has the name.</summary>
    public static readonly DomainError NameTaken = new(ErrorCodes.NameTaken, "The name of the tier is taken.");

    /// <summary>The tier is of the default tenant and shared by all.</summary>
    public static readonly DomainError SharedTier = new(ErrorCodes.InsufficientPermission, "The tier is shared by all tenants.");

    /// <summary>Another tenant may rely on the tier.</summary>
    public static readonly DomainError StaysShared = new(ErrorCodes.Conflict, "A shared tier stays shared.");

    /// <summary>There is no such tier.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "There is no such tier.");
}
