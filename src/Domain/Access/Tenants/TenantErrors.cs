using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Tenants;

/// <summary>What the aggregate and its use cases refuse.</summary>
public static class TenantErrors
{
    /// <summary>No such tenant.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The tenant does not exist.");

    /// <summary>Two tenants cannot have one name.</summary>
    public static readonly DomainError NameTaken = new(ErrorCodes.NameTaken, "Another tenant has this name already.");

    /// <summary>A host belongs to one tenant.</summary>
    public static readonly DomainError HostTaken = new(ErrorCodes.NameTaken, "Another tenant has this host already.");

    /// <summary>Something belongs to it, or it is the default tenant.</summary>
    public static readonly DomainError InUse = new(ErrorCodes.InUse, "The tenant is in use.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The tenant is not valid.");
}
