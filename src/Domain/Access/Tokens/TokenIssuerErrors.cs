using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Tokens;

/// <summary>What the aggregate and its use cases refuse.</summary>
public static class TokenIssuerErrors
{
    /// <summary>No such issuer.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The issuer does not exist.");

    /// <summary>Two issuers cannot have one name.</summary>
    public static readonly DomainError NameTaken = new(ErrorCodes.NameTaken, "Another issuer has this name already.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The issuer is not valid.");

    /// <summary>Routes still accept its tokens.</summary>
    public static readonly DomainError InUse = new(ErrorCodes.InUse, "Routes still accept tokens of this issuer.");
}
