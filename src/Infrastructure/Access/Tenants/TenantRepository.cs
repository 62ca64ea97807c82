using System.Globalization;
using DataHub.Application.Abstractions;
using DataHub.Application.Access.Contracts;
using DataHub.Application.Access.Tenants;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DataHub.Infrastructure.Access.Tenants;

internal sealed class TenantRepository(DataHubDbContext context) : ITenantRepository, ITenantReader
{
    private const long WriterLock = 0x4441_5454_454E_414E; // "DATTENAN"

    private static readonly Dictionary<string, SortField> Sorts = new()
    {
        ["createdAt"] = new("t.created_at", "timestamptz"),
        ["name"] = new("t.name COLLATE \"C\"", "text"),
    };

    private DbSet<Tenant> Tenants => context.Set<Tenant>();

    public Task LockAsync(CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", cancellationToken);

    public Task<Tenant?> FindAsync(TenantId id, CancellationToken cancellationToken) => Tenants.FirstOrDefaultAsync(t => t.Id == id, cancellationToken);

    public async Task<IReadOnlyList<Tenant>> OthersAsync(TenantId except, CancellationToken cancellationToken) =>
        await Tenants.AsNoTracking().Where(t => t.Id != except).ToListAsync(cancellationToken);

    public async Task<IReadOnlyList<string>> BelongingsAsync(TenantId id, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var entity in context.Model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType)))
        {
            // Names of the model, not of a caller.
            var table = $"\"{entity.GetSchema()}\".\"{entity.GetTableName()}\"";
            var column = entity.FindProperty(nameof(ITenantOwned.TenantId))!.GetColumnName(StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value);
#pragma warning disable EF1002 // See above.
            var count = await context.Database.SqlQueryRaw<long>($"SELECT count(*) AS \"Value\" FROM {table} WHERE {column} = {{0}}", id.Value).SingleAsync(cancellationToken);
#pragma warning restore EF1002
            if (count > 0)
            {
                found.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {entity.GetTableName()!.Replace('_', ' ')}"));
            }
        }

        return found;
    }

    public void Add(Tenant tenant) => context.Add(tenant);

    public void Remove(Tenant tenant) => context.Remove(tenant);

    public Task<Page<Tenant>> ListAsync(ListRequest list, CancellationToken cancellationToken) =>
        new KeysetSql("access.tenants t", Sorts, ofTenants: false).Search("t.name", list.Search)
            .ReadAsync(context, list, ids => LoadAsync(ids, cancellationToken), tenant => tenant.Id.Value, cancellationToken);

    public async Task<IReadOnlyList<TenantDocument>> ReadAllAsync(CancellationToken cancellationToken)
    {
        await Tenants.LoadAsync(cancellationToken);
        return [.. Tenants.Local.OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => new TenantDocument(t.Id, t.Name, t.Hosts))];
    }

    private Task<List<Tenant>> LoadAsync(List<Guid> ids, CancellationToken cancellationToken)
    {
        var wanted = ids.ConvertAll(id => new TenantId(id));
        return Tenants.AsNoTracking().Where(tenant => wanted.Contains(tenant.Id)).ToListAsync(cancellationToken);
    }
}
