using DataHub.Application.Abstractions;
using DataHub.Application.Access.SignIn;
using DataHub.Application.Observability.Contracts;
using DataHub.Domain.Access.OneTimeLinks;
using DataHub.Domain.Access.Users;
using Microsoft.Extensions.Options;

namespace DataHub.Application.Access.OneTimeLinks;

/// <summary>A link that was made.</summary>
/// <param name="Link">The link.</param>
/// <param name="Email">Mail address of its person.</param>
/// <param name="Url">The only copy of the whole link.</param>
public sealed record IssuedLink(OneTimeLink Link, string Email, ClearSecret Url);

/// <summary>Makes links and mails them.</summary>
internal sealed class LinkIssuer(
    IOneTimeLinkRepository links, IMailer mailer, IAuditTrail audit, IRandomSource random, IIdSource ids, TimeProvider clock, IOptions<SignInOptions> options)
{
    private readonly SignInOptions _options = options.Value;

    /// <summary>Makes a link inside a transaction; earlier ones of the person stop working.</summary>
    public async Task<IssuedLink> IssueAsync(User user, LinkPurpose purpose, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var earlier in await links.FindUnspentAsync(user.Id, cancellationToken))
        {
            earlier.Spend(now);
        }

        var token = NewToken();
        var lifetime = purpose == LinkPurpose.Invitation ? TimeSpan.FromHours(_options.InvitationHours) : TimeSpan.FromMinutes(_options.ResetMinutes);
        var link = OneTimeLink.Create(new OneTimeLinkId(ids.NewId()), user.Id, purpose, LinkToken.DigestOf(token), lifetime, now);
        links.Add(link);
        audit.Note(purpose == LinkPurpose.Invitation ? "user.invite" : "user.reset-password", "user", user.Id.ToString(), new { link = link.Id.ToString() });

        // Behind the #, which browsers do not send: the token stands in no server's log and in no Referer.
        return new IssuedLink(link, user.Email, new ClearSecret($"{_options.Origin}/console/set-password#purpose={WordOf(purpose)}&token={token}"));
    }

    /// <summary>Mails a link after the commit.</summary>
    /// <returns>False when there is no mail server, or too much waits to be sent.</returns>
    public bool Mail(IssuedLink issued)
    {
        var (subject, text) = issued.Link.Purpose == LinkPurpose.Invitation
            ? ("You are invited to DataHub", "Somebody invited you to DataHub. Open this link to choose a password:")
            : ("Another password for DataHub", "Somebody, probably you, asked for another password for DataHub. Open this link to choose one, or ignore this mail:");
        return mailer.Configured && mailer.Send(new OutgoingMail(
            issued.Email,
            subject,
            new ClearSecret($"{text}\n\n{issued.Url.Reveal()}\n\nIt works once, until {issued.Link.ExpiresAt:yyyy-MM-dd HH:mm} UTC.\n"),
            issued.Link.Id.ToString()));
    }

    private static string WordOf(LinkPurpose purpose) => purpose == LinkPurpose.Invitation ? "invitation" : "password-reset";

    private string NewToken()
    {
        Span<byte> entropy = stackalloc byte[LinkToken.EntropyLength];
        random.Fill(entropy);
        return LinkToken.From(entropy);
    }
}
