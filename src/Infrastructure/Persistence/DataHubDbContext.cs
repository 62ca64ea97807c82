using DataHub.Domain.SharedKernel;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DataHub.Infrastructure.Persistence;

/// <summary>The one database context: a PostgreSQL schema per module, snake_case names, versions as concurrency tokens.</summary>
/// <param name="options">The options.</param>
public sealed class DataHubDbContext(DbContextOptions<DataHubDbContext> options) : DbContext(options)
{
    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(DataHubDbContext).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(e => typeof(IAggregateRoot).IsAssignableFrom(e.ClrType)).ToList())
        {
            modelBuilder.Entity(entity.ClrType).Property(nameof(IAggregateRoot.Version)).IsConcurrencyToken();
            modelBuilder.Entity(entity.ClrType).Ignore(nameof(IAggregateRoot.DomainEvents));
        }
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
        foreach (var entry in ChangeTracker.Entries<IAggregateRoot>().Where(e => e.State == EntityState.Modified))
        {
            var version = entry.Property(nameof(IAggregateRoot.Version));
            version.CurrentValue = (long)version.OriginalValue! + 1;
        }

        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }
}
