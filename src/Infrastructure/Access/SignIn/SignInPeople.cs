using DataHub.Application.Access.SignIn;
using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Access.SingleSignOn;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace DataHub.Infrastructure.Access.SignIn;

/// <summary>Reads people whatever their tenant is: who signs in has none yet. Inside a transaction it reads what that transaction sees.</summary>
internal sealed class SignInPeople(DataHubDbContext context, SsoIssuers issuers) : ISignInPeople
{
    /// <summary>The tables, with <c>u</c> for the person.</summary>
    public const string From = "access.users u LEFT JOIN access.user_credentials c ON c.id = u.id";

    /// <summary>What <see cref="Read"/> reads.</summary>
    public const string Columns = "u.id, u.email, u.name, u.role, u.tenant_id, u.global, u.status, c.password_hash, c.totp_confirmed_at IS NOT NULL";

    /// <summary>The number of those.</summary>
    public const int ColumnCount = 9;

    // A session knows the provider and not the subject. Who has got another one since signed in with the one of that time.
    /// <summary>After <see cref="Columns"/>, for <see cref="ReadWithSubject"/>: the subject that session <c>s</c> was opened with. <c>$2</c> and <c>$3</c> are those of <see cref="SsoIssuers"/>.</summary>
    public const string SubjectColumn = """
        (SELECT i.issuer || ' ' || i.subject
         FROM access.external_identities i JOIN unnest($2::text[], $3::text[]) AS p (method, issuer) ON p.issuer = i.issuer
         WHERE i.user_id = s.user_id AND p.method = s.method
         ORDER BY i.created_at <= s.created_at DESC, i.created_at DESC LIMIT 1)
        """;

    public Task<SignInPerson?> FindByEmailAsync(string email, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Columns} FROM {From} WHERE u.email_key = $1", [User.KeyOf(email)], Read, cancellationToken);

    public Task<SignInPerson?> FindAsync(UserId id, CancellationToken cancellationToken) =>
        FindAsync($"SELECT {Columns} FROM {From} WHERE u.id = $1", [id.Value], Read, cancellationToken);

    public Task<SignInPerson?> FindOfAsync(Session session, CancellationToken cancellationToken) =>
        FindAsync(
            $"SELECT {Columns}, {SubjectColumn} FROM access.sessions s JOIN {From} ON u.id = s.user_id WHERE s.id = $1",
            [session.Id.Value, issuers.Methods, issuers.Issuers], ReadWithSubject, cancellationToken);

    public Task NoteSignInAsync(UserId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"UPDATE access.users SET last_sign_in_at = {now} WHERE id = {id.Value}", cancellationToken);

    /// <summary>The person in the present row.</summary>
    public static SignInPerson Read(NpgsqlDataReader reader) =>
        new(
            new UserId(reader.GetGuid(0)),
            reader.GetString(1),
            reader.GetString(2),
            Enum.Parse<Role>(reader.GetString(3), ignoreCase: true),
            new TenantId(reader.GetGuid(4)),
            reader.GetBoolean(5),
            Enum.Parse<UserStatus>(reader.GetString(6), ignoreCase: true))
        {
            PasswordHash = reader.IsDBNull(7) ? null : reader.GetString(7),
            SecondFactor = reader.GetBoolean(8),
        };

    /// <summary>The person in the present row, with the subject that follows them.</summary>
    public static SignInPerson ReadWithSubject(NpgsqlDataReader reader) =>
        Read(reader) with { Subject = reader.IsDBNull(ColumnCount) ? null : reader.GetString(ColumnCount) };

    private async Task<SignInPerson?> FindAsync(string sql, object[] values, Func<NpgsqlDataReader, SignInPerson> read, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)context.Database.GetDbConnection())
            {
                Transaction = (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction(),
            };
            foreach (var value in values)
            {
                command.Parameters.AddWithValue(value);
            }

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? read(reader) : null;
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }
}
