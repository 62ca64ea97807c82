using DataHub.Application.Abstractions;
using DataHub.Application.Access.Users;
using DataHub.Domain.Access.OneTimeLinks;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using MediatR;

namespace DataHub.Application.Access.OneTimeLinks;

/// <summary>Makes a link for a person, as an administrator: mailed where there is a mail server, else shown to who asks. Not one command: a mail goes out after the commit.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Purpose">What the link is for.</param>
public sealed record IssueLink(UserId UserId, LinkPurpose Purpose) : IRequest<ShownLink>;

/// <summary>A link as the one who asked sees it.</summary>
/// <param name="Id">The link.</param>
/// <param name="ExpiresAt">UTC instant from which it does not work.</param>
/// <param name="MailedTo">Mail address that it was sent to; null when it was not.</param>
/// <param name="Url">The link itself; null when it was mailed, or in a dry run.</param>
public sealed record ShownLink(OneTimeLinkId Id, DateTimeOffset ExpiresAt, string? MailedTo, ClearSecret? Url);

internal sealed class IssueLinkHandler(IUserRepository users, LinkIssuer issuer, ITransactionRunner transactions, WriteContext write) : IRequestHandler<IssueLink, ShownLink>
{
    public async Task<ShownLink> Handle(IssueLink request, CancellationToken cancellationToken)
    {
        var issued = await transactions.RunAsync(() => IssueAsync(request, cancellationToken), write.DryRun, cancellationToken);
        var mailed = !write.DryRun && issuer.Mail(issued);
        return new ShownLink(issued.Link.Id, issued.Link.ExpiresAt, mailed ? issued.Email : null, mailed || write.DryRun ? null : issued.Url);
    }

    private async Task<IssuedLink> IssueAsync(IssueLink request, CancellationToken cancellationToken)
    {
        var user = await users.FindAsync(request.UserId, cancellationToken) ?? throw new DomainException(UserErrors.NotFound);

        // Whoever has the link can become that person.
        if (user.Global && !write.Actor.Global)
        {
            throw new DomainException(ManagedUserHandler.MoreThanYou, "Only a global administrator makes links for a global user.");
        }

        if (user.Status == UserStatus.Disabled)
        {
            throw new DomainException(UserErrors.WrongStatus, "The user is disabled; enable the user first.");
        }

        if (request.Purpose == LinkPurpose.Invitation && user.Status == UserStatus.Active)
        {
            throw new DomainException(UserErrors.WrongStatus, "The user has accepted an invitation already; a link for another password is made by :reset-password.");
        }

        return await issuer.IssueAsync(user, request.Purpose, cancellationToken);
    }
}
