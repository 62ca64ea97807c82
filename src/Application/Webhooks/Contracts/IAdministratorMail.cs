using DataHub.Domain.SharedKernel;

namespace DataHub.Application.Webhooks.Contracts;

/// <summary>Mails those who look after an installation. Implemented where the mail server is known; without one nothing is sent.</summary>
public interface IAdministratorMail
{
    /// <summary>Queues a mail to the administrators of a tenant and of the installation.</summary>
    /// <param name="tenant">Whose administrators.</param>
    /// <param name="subject">One line.</param>
    /// <param name="body">The text.</param>
    /// <param name="reference">What the log may say of it: a printed id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task TellAsync(TenantId tenant, string subject, string body, string reference, CancellationToken cancellationToken);
}
