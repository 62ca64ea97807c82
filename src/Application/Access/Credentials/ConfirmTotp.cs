using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Credentials;

/// <summary>Turns the second factor on: from now on a code is asked for at sign-in.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Code">A code that the app shows.</param>
public sealed record ConfirmTotp(UserId UserId, ClearSecret Code) : ICommand<IReadOnlyList<ClearSecret>>;

internal sealed class ConfirmTotpHandler(ICredentialRepository credentials, SecondFactor secondFactor, IAuditTrail audit, TimeProvider clock)
    : IRequestHandler<ConfirmTotp, IReadOnlyList<ClearSecret>>
{
    public async Task<IReadOnlyList<ClearSecret>> Handle(ConfirmTotp request, CancellationToken cancellationToken)
    {
        if (await credentials.FindAsync(request.UserId, cancellationToken) is not { TotpSecret: not null } credential)
        {
            throw new DomainException(CredentialErrors.TotpNotBegun);
        }

        var step = secondFactor.FindStep(credential, request.Code.Reveal()) ?? throw new DomainException(CredentialErrors.CodeRefused);
        var codes = secondFactor.NewRecoveryCodes();
        credential.ConfirmTotp(step, codes.Select(RecoveryCode.DigestOf), clock.GetUtcNow());
        audit.Note("user.second-factor-on", "user", request.UserId.ToString());
        return [.. codes.Select(c => new ClearSecret(c))];
    }
}
