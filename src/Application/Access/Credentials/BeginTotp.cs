using DataHub.Application.Abstractions;
using DataHub.Application.Access.SignIn;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Credentials;

/// <summary>Makes the secret of a second factor. It is asked for once <see cref="ConfirmTotp"/> has seen a code of it.</summary>
/// <param name="UserId">The person.</param>
public sealed record BeginTotp(UserId UserId) : ICommand<BegunTotp>;

/// <summary>A secret for an authenticator app.</summary>
/// <param name="Secret">In base 32, to type.</param>
/// <param name="Uri">The same as <c>otpauth:</c> URI, to show as QR code.</param>
public sealed record BegunTotp(ClearSecret Secret, ClearSecret Uri);

internal sealed class BeginTotpHandler(ICredentialRepository credentials, ISignInPeople people, SecondFactor secondFactor, TimeProvider clock)
    : IRequestHandler<BeginTotp, BegunTotp>
{
    private const string Issuer = "DataHub";

    public async Task<BegunTotp> Handle(BeginTotp request, CancellationToken cancellationToken)
    {
        var person = await people.FindAsync(request.UserId, cancellationToken);

        // Who signs in elsewhere has the second factor there.
        if (person?.PasswordHash is null || await credentials.FindAsync(request.UserId, cancellationToken) is not { } credential)
        {
            throw new DomainException(new DomainError(ErrorCodes.Conflict, "There is no password that a second factor could stand beside."));
        }

        var (clear, sealedSecret) = secondFactor.NewSecret(request.UserId);
        credential.BeginTotp(sealedSecret, clock.GetUtcNow());
        return new BegunTotp(new ClearSecret(Totp.ToBase32(clear)), new ClearSecret(Totp.ToUri(clear, Issuer, person.Email)));
    }
}
