using DataHub.Application.Abstractions;
using DataHub.Application.Access.Credentials;
using DataHub.Application.Access.Sessions;
using DataHub.Application.Access.Users;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.OneTimeLinks;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.OneTimeLinks;

/// <summary>Sets the password of the person of a link, uses it up, and ends their sessions. A second factor stays on.</summary>
/// <param name="Token">The token of the link.</param>
/// <param name="Purpose">What the link must be for.</param>
/// <param name="Password">The new password.</param>
public sealed record RedeemLink(ClearSecret Token, LinkPurpose Purpose, ClearSecret Password) : ICommand<Unit>;

internal sealed class RedeemLinkHandler(
    IOneTimeLinkRepository links,
    IUserRepository users,
    ICredentialRepository credentials,
    PasswordAcceptance acceptance,
    IPasswordHashing hashing,
    SessionEnder sessions,
    IAuditTrail audit,
    WriteContext write,
    TimeProvider clock) : IRequestHandler<RedeemLink, Unit>
{
    public async Task<Unit> Handle(RedeemLink request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.Token.Reveal() is not { Length: <= 100 } token || await links.FindAsync(LinkToken.DigestOf(token), cancellationToken) is not { } link
            || await users.FindAnywhereAsync(link.UserId, cancellationToken) is not { Status: not UserStatus.Disabled } user)
        {
            throw new DomainException(OneTimeLinkErrors.Invalid);
        }

        // Used up first: a password is refused only to who has a good link, and then the whole is rolled back and the link can be tried again.
        link.Redeem(request.Purpose, now);
        acceptance.Ensure(request.Password.Reveal(), user.Email, "/password");
        write.Tenant = user.TenantId; // Nobody is signed in: who has the link acts, in the tenant of the person.
        var hash = await hashing.HashAsync(request.Password.Reveal(), cancellationToken);
        if (await credentials.FindAsync(user.Id, cancellationToken) is not { } credential)
        {
            credential = UserCredential.For(user.Id, now);
            credentials.Add(credential);
        }

        credential.SetPassword(hash, now);
        if (user.Status == UserStatus.Invited)
        {
            user.Activate(now);
        }

        foreach (var other in await links.FindUnspentAsync(user.Id, cancellationToken))
        {
            other.Spend(now);
        }

        await sessions.EndAsync(user.Id, null, SessionEnd.PasswordChanged, cancellationToken);
        audit.Note(request.Purpose == LinkPurpose.Invitation ? "user.accept-invitation" : "user.set-password", "user", user.Id.ToString(), new { link = link.Id.ToString() });
        return Unit.Value;
    }
}
