using DataHub.Application.Abstractions;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.Credentials;

/// <summary>Changes the password of the person who asks, and ends their other sessions. Not one command: the slow hashes are computed while no connection and no transaction is held.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Session">The session that asks; it goes on.</param>
/// <param name="Client">From where.</param>
/// <param name="Current">The present password.</param>
/// <param name="New">The new one.</param>
public sealed record ChangePassword(UserId UserId, SessionId Session, SessionClient Client, ClearSecret Current, ClearSecret New) : IRequest<PasswordProof>;

/// <summary>How it went when a person was asked for the password again.</summary>
/// <param name="Proven">True: it was right, and what was asked for is done.</param>
/// <param name="RetryAfterSeconds">Seconds to wait when there were too many failures, else 0.</param>
public sealed record PasswordProof(bool Proven, int RetryAfterSeconds = 0);

internal sealed class ChangePasswordHandler(
    PasswordCheck check,
    PasswordAcceptance acceptance,
    IPasswordHashing hashing,
    SessionEnder sessions,
    IAuditTrail audit,
    TimeProvider clock) : IRequestHandler<ChangePassword, PasswordProof>
{
    public async Task<PasswordProof> Handle(ChangePassword request, CancellationToken cancellationToken)
    {
        var (proof, person) = await check.ProveAsync(request.UserId, request.Current, request.Client, cancellationToken);
        if (!proof.Proven)
        {
            return proof;
        }

        acceptance.Ensure(request.New.Reveal(), person!.Email, "/newPassword");
        var hash = await hashing.HashAsync(request.New.Reveal(), cancellationToken);
        await check.RunAsync(
            person,
            async credential =>
            {
                credential!.SetPassword(hash, clock.GetUtcNow());
                await sessions.EndAsync(request.UserId, request.Session, SessionEnd.PasswordChanged, cancellationToken);
                audit.Note("user.change-password", "user", request.UserId.ToString());
            },
            cancellationToken);
        return proof;
    }
}

/// <summary>Asks a person who is signed in for the password again: a session that was left open must not be enough to take an account over.</summary>
internal sealed class PasswordCheck(
    ISignInPeople people, ISignInThrottle throttle, IPasswordHashing hashing, ICredentialRepository credentials, ITransactionRunner transactions, WriteContext write)
{
    public async Task<(PasswordProof Proof, SignInPerson? Person)> ProveAsync(UserId userId, ClearSecret password, SessionClient client, CancellationToken cancellationToken)
    {
        var person = await people.FindAsync(userId, cancellationToken) ?? throw new DomainException(new DomainError(ErrorCodes.NotFound, "The user does not exist."));
        var origin = new SignInOrigin(client.Address, null);
        var turn = await throttle.BeginAsync(person.Email, origin, cancellationToken);
        if (!turn.Allowed)
        {
            return (new PasswordProof(false, turn.RetryAfterSeconds), person);
        }

        if (await hashing.VerifyAsync(person.PasswordHash, password.Reveal(), cancellationToken) == PasswordMatch.No)
        {
            throw new DomainException(CredentialErrors.PasswordWrong);
        }

        await throttle.SucceededAsync(person.Email, origin, cancellationToken);
        return (new PasswordProof(true), person);
    }
    /// <summary>Does what was asked for in a transaction of its own, if the password that was proven is still the person's.</summary>
    /// <param name="person">As <see cref="ProveAsync"/> found them.</param>
    /// <param name="work">Gets the credential, locked; null when the person has none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DomainException"><see cref="CredentialErrors.PasswordWrong"/> when it was changed meanwhile.</exception>
    public Task RunAsync(SignInPerson person, Func<UserCredential?, Task> work, CancellationToken cancellationToken) =>
        transactions.RunAsync(
            async () =>
            {
                var credential = await credentials.FindAsync(person.Id, cancellationToken);
                if (credential?.PasswordHash != person.PasswordHash)
                {
                    throw new DomainException(CredentialErrors.PasswordWrong);
                }

                await work(credential);
                return true;
            },
            write.DryRun,
            cancellationToken);
}
