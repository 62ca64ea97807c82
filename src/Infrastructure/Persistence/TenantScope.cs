using System.Linq.Expressions;
using System.Reflection;
using DataHub.Application.Abstractions;
using DataHub.Domain.Access.Tenants;
using DataHub.Domain.SharedKernel;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace DataHub.Infrastructure.Persistence;

/// <summary>
/// The one place that keeps tenants apart: what a request reads, in LINQ and in SQL, is narrowed to its tenant; what it adds is stamped
/// with its tenant; a write to a row of another tenant fails before it reaches the database. The gateway itself sees everything.
/// </summary>
/// <param name="write">Who works, in which tenant; may change while the scope lives.</param>
internal sealed class TenantScope(WriteContext write)
{
    private const string Property = nameof(ITenantOwned.TenantId);

    private static readonly MethodInfo ConfineOneMethod = typeof(TenantScope).GetMethod(nameof(ConfineOne), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The tenant whose rows are shown and written.</summary>
    public TenantId Tenant => write.Tenant;

    /// <summary>True for the gateway itself: snapshots, seeds and schedules concern all tenants.</summary>
    public bool Everything => write.Actor.Kind == ActorKind.System;

    /// <summary>The condition that every statement outside of LINQ puts on rows that belong to a tenant.</summary>
    /// <param name="column">The column, with an alias where it needs one.</param>
    /// <returns>SQL that is safe to put in: the id is printed from a UUID, and a literal lets partial indexes apply.</returns>
    public string Condition(string column = "tenant_id") => Everything ? "true" : $"{column} = '{write.Tenant.Value:D}'";

    /// <summary>Narrows every query on an aggregate that belongs to a tenant.</summary>
    /// <param name="model">The model.</param>
    /// <param name="context">The context whose model it is; each instance puts its own tenant in.</param>
    public static void Confine(ModelBuilder model, DataHubDbContext context)
    {
        foreach (var type in model.Model.GetEntityTypes().Select(e => e.ClrType).Where(t => typeof(ITenantOwned).IsAssignableFrom(t)).ToList())
        {
            ConfineOneMethod.MakeGenericMethod(type).Invoke(null, [model, context]);
        }
    }

    /// <summary>Gives a new row the tenant of the request.</summary>
    /// <param name="entry">A row that the context begins to track.</param>
    public void Stamp(EntityEntry entry)
    {
        if (entry is { State: EntityState.Added, Entity: ITenantOwned owned } && owned.TenantId == default)
        {
            entry.Property(Property).CurrentValue = write.Tenant;
        }
    }

    /// <summary>Refuses to write rows of another tenant, and to move a row from one to another.</summary>
    /// <param name="tracker">What is to be saved.</param>
    /// <exception cref="InvalidOperationException">A use case got hold of a row that it must not write.</exception>
    public void EnsureOwnRowsOnly(ChangeTracker tracker)
    {
        foreach (var entry in tracker.Entries<ITenantOwned>().Where(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted))
        {
            var property = entry.Property(Property);
            var moved = entry.State != EntityState.Added && !Equals(property.OriginalValue, property.CurrentValue);
            if (moved || (!Everything && entry.Entity.TenantId != write.Tenant))
            {
                throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} of another tenant must not be written.");
            }
        }
    }

    private static void ConfineOne<T>(ModelBuilder model, DataHubDbContext context) where T : class, ITenantOwned
    {
        var entity = model.Entity<T>();
        entity.Property(e => e.TenantId).HasDefaultValue(TenantId.Default);
        entity.HasOne<Tenant>().WithMany().HasForeignKey(e => e.TenantId).OnDelete(DeleteBehavior.Restrict);

        // A member of the context becomes a parameter of the query, with the value of the instance that runs it.
        Expression<Func<T, bool>> own = e => context.Tenancy.Everything || e.TenantId == context.Tenancy.Tenant;
        Expression<Func<T, bool>> ownOrShared = e => context.Tenancy.Everything || e.TenantId == context.Tenancy.Tenant || EF.Property<bool>(e, nameof(ITenantShared.Shared));
        entity.HasQueryFilter(typeof(ITenantShared).IsAssignableFrom(typeof(T)) ? ownOrShared : own);
    }
}
