using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Consumers;

/// <summary>What the aggregate and its use cases refuse.</summary>
public static class ConsumerErrors
{
    /// <summary>No such consumer.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The consumer does not exist.");

    /// <summary>Two consumers cannot have one name.</summary>
    public static readonly DomainError NameTaken = new(ErrorCodes.NameTaken, "Another consumer has this name already.");

    /// <summary>It still has keys that work or could work again.</summary>
    public static readonly DomainError HasKeys = new(ErrorCodes.InUse, "The consumer still has keys that are not revoked.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The consumer is not valid.");
}
