using System.Security.Cryptography;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.ApiKeys;
using DataHub.Domain.Access.SelfService;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.SelfService;

/// <summary>Collects the key of a registration that was approved; once.</summary>
/// <param name="Id">The registration.</param>
/// <param name="Token">The claim token.</param>
public sealed record ClaimRegistration(RegistrationId Id, ClearSecret Token) : ICommand<ClaimedRegistration>;

/// <summary>How far a registration has come, with the key when it was issued just now.</summary>
/// <param name="Registration">The registration.</param>
/// <param name="Issued">The key; null while nobody has decided.</param>
public sealed record ClaimedRegistration(Registration Registration, IssuedApiKey? Issued);

internal sealed class ClaimRegistrationHandler(IRegistrations registrations, SignUpDesk desk) : IRequestHandler<ClaimRegistration, ClaimedRegistration>
{
    public async Task<ClaimedRegistration> Handle(ClaimRegistration request, CancellationToken cancellationToken)
    {
        // An unknown registration and a wrong token are the same to a stranger.
        var registration = await registrations.FindAsync(request.Id, cancellationToken);
        if (registration is null || !CryptographicOperations.FixedTimeEquals(registration.ClaimDigest, SignUpDesk.DigestOf(request.Token.Reveal())))
        {
            throw new DomainException(SelfServiceErrors.NotFound);
        }

        return registration.Status switch
        {
            RegistrationStatus.Pending => new ClaimedRegistration(registration, null),
            RegistrationStatus.Rejected => throw new DomainException(SelfServiceErrors.Rejected, registration.Reason ?? SelfServiceErrors.Rejected.Title),
            RegistrationStatus.Completed => throw new DomainException(SelfServiceErrors.Decided, "The key was collected already; its secret is shown once."),
            _ => new ClaimedRegistration(registration, await desk.IssueAsync(registration, registration.Scopes, registration.TierId, cancellationToken)),
        };
    }
}
