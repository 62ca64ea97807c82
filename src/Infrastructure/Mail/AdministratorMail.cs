using DataHub.Application.Abstractions;
using DataHub.Application.Access.OneTimeLinks;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.SharedKernel;
using Npgsql;

namespace DataHub.Infrastructure.Mail;

/// <summary>Finds the administrators in the database and queues a mail to each.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="mailer">Sends.</param>
internal sealed class AdministratorMail(NpgsqlDataSource dataSource, IMailer mailer) : IAdministratorMail
{
    private const string AdministratorsSql = """
        SELECT email FROM access.users WHERE role = 'admin' AND status = 'active' AND (tenant_id = $1 OR tenant_id = $2) ORDER BY email LIMIT 50
        """;

    /// <inheritdoc/>
    public async Task TellAsync(TenantId tenant, string subject, string body, string reference, CancellationToken cancellationToken)
    {
        if (!mailer.Configured)
        {
            return;
        }

        await using var command = dataSource.CreateCommand(AdministratorsSql);
        command.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = TenantId.Default.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            mailer.Send(new OutgoingMail(reader.GetString(0), subject, new ClearSecret(body), reference));
        }
    }
}
