using DataHub.Application.Abstractions;
using DataHub.Domain.Access.OneTimeLinks;
using DataHub.Domain.Access.Users;

namespace DataHub.Application.Access.OneTimeLinks;

/// <summary>Keeps links. Changes are saved by the transaction of the command.</summary>
public interface IOneTimeLinkRepository
{
    /// <summary>Finds a link by the digest of its token, and makes others that want it wait until the end of this transaction.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when there is none.</returns>
    Task<OneTimeLink?> FindAsync(byte[] digest, CancellationToken cancellationToken);

    /// <summary>The links of a person that were not spent.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<OneTimeLink>> FindUnspentAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Adds a link.</summary>
    /// <param name="link">The new link.</param>
    void Add(OneTimeLink link);
}

/// <summary>Sends mails, where a mail server is configured.</summary>
public interface IMailer
{
    /// <summary>True when there is a mail server.</summary>
    bool Configured { get; }

    /// <summary>Queues a mail; it is sent in the background and tried again for a while.</summary>
    /// <param name="mail">The mail.</param>
    /// <returns>False when too many wait already.</returns>
    bool Send(OutgoingMail mail);
}

/// <summary>A mail in plain text.</summary>
/// <param name="To">Mail address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Body">The text.</param>
/// <param name="Reference">What the log may say of it: a printed id.</param>
public sealed record OutgoingMail(string To, string Subject, ClearSecret Body, string Reference);

/// <summary>Takes requests for another password from people who cannot sign in, and answers at once, so that the answer tells nothing about who exists.</summary>
public interface IPasswordResetRequests
{
    /// <summary>Queues a request.</summary>
    /// <param name="email">The account that is claimed.</param>
    /// <param name="address">Address of the caller.</param>
    /// <param name="requestId">Id of the request.</param>
    void Enqueue(string email, string address, string requestId);
}
