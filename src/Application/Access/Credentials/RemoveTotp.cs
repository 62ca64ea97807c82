using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using MediatR;

namespace DataHub.Application.Access.Credentials;

/// <summary>Turns a second factor off.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Password">Their password when they ask themselves; null when an administrator does, for somebody who lost the device.</param>
/// <param name="Client">From where; null with no password.</param>
public sealed record RemoveTotp(UserId UserId, ClearSecret? Password, SessionClient? Client) : ICommand<PasswordProof>;

internal sealed class RemoveTotpHandler(PasswordCheck check, ICredentialRepository credentials, IAuditTrail audit, TimeProvider clock)
    : IRequestHandler<RemoveTotp, PasswordProof>
{
    public async Task<PasswordProof> Handle(RemoveTotp request, CancellationToken cancellationToken)
    {
        if (request is { Password: { } password, Client: { } client })
        {
            var (proof, _) = await check.ProveAsync(request.UserId, password, client, cancellationToken);
            if (!proof.Proven)
            {
                return proof;
            }
        }

        if (await credentials.FindAsync(request.UserId, cancellationToken) is { TotpSecret: not null } credential)
        {
            credential.RemoveTotp(clock.GetUtcNow());
            audit.Note("user.second-factor-off", "user", request.UserId.ToString());
        }

        return new PasswordProof(true);
    }
}
