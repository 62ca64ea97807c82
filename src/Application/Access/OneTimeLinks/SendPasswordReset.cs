using DataHub.Application.Abstractions;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.OneTimeLinks;
using DataHub.Domain.Access.Users;
using MediatR;

namespace DataHub.Application.Access.OneTimeLinks;

/// <summary>Mails a link for another password to a person who cannot sign in. Does nothing for who does not exist, was mailed a moment ago, or without a mail server.</summary>
/// <param name="Email">The account that is claimed.</param>
public sealed record SendPasswordReset(string Email) : IRequest<PasswordResetOutcome>;

/// <summary>What became of a request for another password; for the log, not for the caller.</summary>
/// <param name="UserId">The person; null for nobody.</param>
/// <param name="Mailed">True when a mail was queued.</param>
public sealed record PasswordResetOutcome(UserId? UserId, bool Mailed);

internal sealed class SendPasswordResetHandler(
    IUserRepository users, IOneTimeLinkRepository links, LinkIssuer issuer, IMailer mailer, ITransactionRunner transactions, TimeProvider clock)
    : IRequestHandler<SendPasswordReset, PasswordResetOutcome>
{
    // Nobody gets more mails than this because somebody else asks for them.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    public async Task<PasswordResetOutcome> Handle(SendPasswordReset request, CancellationToken cancellationToken)
    {
        if (await users.FindByEmailAnywhereAsync(request.Email, cancellationToken) is not { Status: UserStatus.Active } user)
        {
            return new PasswordResetOutcome(null, false);
        }

        var unspent = await links.FindUnspentAsync(user.Id, cancellationToken);
        if (!mailer.Configured || unspent.Any(l => clock.GetUtcNow() - l.CreatedAt < Pause))
        {
            return new PasswordResetOutcome(user.Id, false);
        }

        var issued = await transactions.RunAsync(() => issuer.IssueAsync(user, LinkPurpose.PasswordReset, cancellationToken), dryRun: false, cancellationToken);
        return new PasswordResetOutcome(user.Id, issuer.Mail(issued));
    }
}
