using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DataHub.Infrastructure.Persistence;

/// <summary>The one database context: a PostgreSQL schema per module, snake_case names, versions as concurrency tokens.</summary>
public sealed class DataHubDbContext : DbContext
{
    /// <summary>A context for whoever the scope belongs to.</summary>
    /// <param name="options">The options.</param>
    /// <param name="write">Who works, in which tenant; null for the gateway itself.</param>
    public DataHubDbContext(DbContextOptions<DataHubDbContext> options, WriteContext? write = null) : base(options)
    {
        Tenancy = new TenantScope(write ?? new WriteContext());
        ChangeTracker.Tracked += (_, tracked) => Tenancy.Stamp(tracked.Entry);
    }

    /// <summary>Whose rows the context shows and takes.</summary>
    internal TenantScope Tenancy { get; }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        EntityConfigurations.Apply(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(e => typeof(IAggregateRoot).IsAssignableFrom(e.ClrType)).ToList())
        {
            modelBuilder.Entity(entity.ClrType).Property(nameof(IAggregateRoot.Version)).IsConcurrencyToken();
            modelBuilder.Entity(entity.ClrType).Ignore(nameof(IAggregateRoot.DomainEvents));
        }

        TenantScope.Confine(modelBuilder, this);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Conventions.Add(_ => new SnakeCaseConvention());
        foreach (var id in typeof(IEntityId<>).Assembly.GetTypes().Where(EntityIdConverter.IsEntityId))
        {
            configurationBuilder.Properties(id).HaveConversion(typeof(EntityIdConverter<>).MakeGenericType(id));
        }
    }

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        Tenancy.EnsureOwnRowsOnly(ChangeTracker);
        foreach (var entry in ChangeTracker.Entries<IAggregateRoot>().Where(e => e.State == EntityState.Modified))
        {
            var version = entry.Property(nameof(IAggregateRoot.Version));
            version.CurrentValue = (long)version.OriginalValue! + 1;
        }

        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }
}
