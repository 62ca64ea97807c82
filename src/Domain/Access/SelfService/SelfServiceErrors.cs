using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.SelfService;

/// <summary>What signing up refuses.</summary>
public static class SelfServiceErrors
{
    /// <summary>The settings take nobody of that segment.</summary>
    public static readonly DomainError Closed = new(ErrorCodes.RegistrationClosed, "Nobody can sign up for this segment.");

    /// <summary>Missing, unknown, used up, past its end, or for another segment: never told apart.</summary>
    public static readonly DomainError CodeInvalid = new(ErrorCodes.InvitationInvalid, "The invitation code is not valid.");

    /// <summary>An administrator said no.</summary>
    public static readonly DomainError Rejected = new(ErrorCodes.RegistrationRejected, "The registration was rejected.");

    /// <summary>No such registration or code, or another claim token.</summary>
    public static readonly DomainError NotFound = new(ErrorCodes.NotFound, "The registration does not exist.");

    /// <summary>It was decided or claimed before.</summary>
    public static readonly DomainError Decided = new(ErrorCodes.Conflict, "The registration is settled already.");

    /// <summary>A field breaks a rule.</summary>
    public static readonly DomainError Invalid = new(ErrorCodes.ValidationFailed, "The registration is not valid.");

    /// <summary>Too many from one place.</summary>
    public static readonly DomainError TooManyFromAddress = new(ErrorCodes.RateLimitExceeded, "Too many registrations from this address; try again in an hour.");

    /// <summary>Others of the same mail domain signed up within the day.</summary>
    public static readonly DomainError TooManyFromMailDomain = new(ErrorCodes.RateLimitExceeded, "Too many registrations of this mail domain; try again tomorrow.");
}
