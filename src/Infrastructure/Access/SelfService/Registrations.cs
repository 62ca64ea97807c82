using DataHub.Application.Abstractions;
using DataHub.Application.Access.SelfService;
using DataHub.Domain.Access.SelfService;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DataHub.Infrastructure.Access.SelfService;

internal sealed class Registrations(DataHubDbContext context) : IRegistrations
{
    private const string CountSql = """
        SELECT count(*) FILTER (WHERE address = $1::text AND created_at > $3 - interval '1 hour')::int, count(*) FILTER (WHERE mail_domain = $2)::int
        FROM access.registrations WHERE created_at > $3 - interval '1 day'
        """;

    private static readonly Dictionary<string, SortField> Sorts = new() { ["createdAt"] = new("t.created_at", "timestamptz") };

    public async Task<(int FromAddress, int FromDomain)> CountRecentAsync(string? address, string mailDomain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // In one order, so that two registrations cannot wait for each other.
        foreach (var place in new[] { "address " + address, "domain " + mailDomain }.Order(StringComparer.Ordinal))
        {
            await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({place}, 7))", cancellationToken);
        }

        // Over all tenants: the limits are against abuse of the gateway.
        await using var command = new NpgsqlCommand(CountSql, (NpgsqlConnection)context.Database.GetDbConnection());
        command.Parameters.AddWithValue((object?)address ?? DBNull.Value);
        command.Parameters.AddWithValue(mailDomain);
        command.Parameters.AddWithValue(now.UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    public Task<Registration?> FindAsync(RegistrationId id, CancellationToken cancellationToken) =>
        context.Set<Registration>().FirstOrDefaultAsync(r => r.Id == id, cancellationToken);

    public async Task<Page<RegistrationDocument>> ListAsync(RegistrationFilter filter, ListRequest list, CancellationToken cancellationToken)
    {
        var query = new KeysetSql("access.registrations t", Sorts)
            .Where("t.status = {0}", filter.Status?.ToString().ToLowerInvariant())
            .Where("t.segment = {0}", filter.Segment?.ToString().ToLowerInvariant())
            .Search("t.name || ' ' || t.email", list.Search);
        var page = await query.ReadAsync(context, list, LoadAsync, r => r.Id.Value, cancellationToken);
        return new Page<RegistrationDocument>([.. page.Items.Select(RegistrationDocument.From)], page.NextCursor);

        Task<List<Registration>> LoadAsync(List<Guid> ids)
        {
            var wanted = ids.ConvertAll(id => new RegistrationId(id));
            return context.Set<Registration>().AsNoTracking().Where(r => wanted.Contains(r.Id)).ToListAsync(cancellationToken);
        }
    }

    public void Add(Registration registration) => context.Add(registration);

    // Locked: who signs up with the same code at the same moment waits, and finds what is left of it.
    public async Task<SignUpCode?> FindCodeAsync(byte[] digest, CancellationToken cancellationToken) =>
        (await context.Set<SignUpCode>().FromSql($"SELECT * FROM access.sign_up_codes WHERE digest = {digest} FOR UPDATE").ToListAsync(cancellationToken)).SingleOrDefault();

    public Task<SignUpCode?> FindCodeAsync(SignUpCodeId id, CancellationToken cancellationToken) =>
        context.Set<SignUpCode>().FirstOrDefaultAsync(c => c.Id == id, cancellationToken);

    public async Task<Page<SignUpCodeDocument>> ListCodesAsync(ListRequest list, CancellationToken cancellationToken)
    {
        var query = new KeysetSql("access.sign_up_codes t", Sorts).Search("coalesce(t.note, '')", list.Search);
        var page = await query.ReadAsync(context, list, LoadAsync, c => c.Id.Value, cancellationToken);
        return new Page<SignUpCodeDocument>([.. page.Items.Select(SignUpCodeDocument.From)], page.NextCursor);

        Task<List<SignUpCode>> LoadAsync(List<Guid> ids)
        {
            var wanted = ids.ConvertAll(id => new SignUpCodeId(id));
            return context.Set<SignUpCode>().AsNoTracking().Where(c => wanted.Contains(c.Id)).ToListAsync(cancellationToken);
        }
    }

    public void Add(SignUpCode code) => context.Add(code);

    public void Remove(SignUpCode code) => context.Remove(code);
}
