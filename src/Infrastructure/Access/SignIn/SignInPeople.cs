using DataHub.Application.Access.SignIn;
using DataHub.Domain.Access.Users;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace DataHub.Infrastructure.Access.SignIn;

/// <summary>Reads people whatever their tenant is: who signs in has none yet. Inside a transaction it reads what that transaction sees.</summary>
internal sealed class SignInPeople(DataHubDbContext context) : ISignInPeople
{
    /// <summary>The tables, with <c>u</c> for the person.</summary>
    public const string From = "access.users u LEFT JOIN access.user_credentials c ON c.id = u.id";

    /// <summary>What <see cref="Read"/> reads.</summary>
    public const string Columns = "u.id, u.email, u.name, u.role, u.tenant_id, u.global, u.status, c.password_hash, c.totp_confirmed_at IS NOT NULL";

    /// <summary>The number of those.</summary>
    public const int ColumnCount = 9;

    public Task<SignInPerson?> FindByEmailAsync(string email, CancellationToken cancellationToken) =>
        FindAsync("u.email_key = $1", User.KeyOf(email), cancellationToken);

    public Task<SignInPerson?> FindAsync(UserId id, CancellationToken cancellationToken) => FindAsync("u.id = $1", id.Value, cancellationToken);

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

    private async Task<SignInPerson?> FindAsync(string condition, object value, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand($"SELECT {Columns} FROM {From} WHERE {condition}", (NpgsqlConnection)context.Database.GetDbConnection())
            {
                Transaction = (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction(),
            };
            command.Parameters.AddWithValue(value);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }
}
