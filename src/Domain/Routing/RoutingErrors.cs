using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Routing;

/// <summary>What the module Routing refuses.</summary>
public static class RoutingErrors
{
    /// <summary>One or more fields are not valid.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The request is not valid.");

    /// <summary>The resulting configuration as a whole is not valid.</summary>
    public static readonly DomainError ConfigInvalid = new(ErrorCodes.ConfigInvalid, "The configuration is not valid.");

    /// <summary>Two routes take the same requests.</summary>
    public static readonly DomainError RouteConflict = new(ErrorCodes.RouteConflict, "Another route takes the same requests.");

    /// <summary>Another resource has the name.</summary>
    public static readonly DomainError NameTaken = new(ErrorCodes.NameTaken, "The name is taken.");

    /// <summary>Another resource refers to this one.</summary>
    public static readonly DomainError InUse = new(ErrorCodes.InUse, "The resource is in use.");

    /// <summary>There is no such resource.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "Not found.");

    /// <summary>Throws when there is anything to refuse.</summary>
    /// <param name="faults">The mistakes found; none is fine.</param>
    /// <exception cref="DomainException"><see cref="Invalid"/> with all of them.</exception>
    public static void ThrowIfAny(IReadOnlyList<DomainFault> faults)
    {
        if (faults.Count > 0)
        {
            throw new DomainException(Invalid, faults);
        }
    }
}
