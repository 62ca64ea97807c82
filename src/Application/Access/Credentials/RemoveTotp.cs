using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using MediatR;

namespace DataHub.Application.Access.Credentials;

/// <summary>Turns a second factor off. Not one command: the slow hash is computed while no connection and no transaction is held.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Password">Their password when they ask themselves; null when an administrator does, for somebody who lost the device.</param>
/// <param name="Client">From where; null with no password.</param>
public sealed record RemoveTotp(UserId UserId, ClearSecret? Password, SessionClient? Client) : IRequest<PasswordProof>;

internal sealed class RemoveTotpHandler(
    PasswordCheck check, ICredentialRepository credentials, ITransactionRunner transactions, WriteContext write, IAuditTrail audit, TimeProvider clock)
    : IRequestHandler<RemoveTotp, PasswordProof>
{
    public async Task<PasswordProof> Handle(RemoveTotp request, CancellationToken cancellationToken)
    {
        if (request is { Password: { } password, Client: { } client })
        {
            var (proof, person) = await check.ProveAsync(request.UserId, password, client, cancellationToken);
            if (proof.Proven)
            {
                await check.RunAsync(person!, Remove, cancellationToken);
            }

            return proof;
        }

        await transactions.RunAsync(
            async () =>
            {
                await Remove(await credentials.FindAsync(request.UserId, cancellationToken));
                return true;
            },
            write.DryRun,
            cancellationToken);
        return new PasswordProof(true);
    }

    private Task Remove(UserCredential? credential)
    {
        if (credential is { TotpSecret: not null })
        {
            credential.RemoveTotp(clock.GetUtcNow());
            audit.Note("user.second-factor-off", "user", credential.Id.ToString());
        }

        return Task.CompletedTask;
    }
}
