using DataHub.Application.Access.Scopes;
using DataHub.Domain.Access.Scopes;
using DataHub.Domain.Routing.Apis;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Scopes;

internal sealed class ScopeCatalogue(DataHubDbContext context) : IScopeCatalogue
{
    public async Task<IReadOnlyList<CatalogueScope>> ListAsync(ApiId? apiId, CancellationToken cancellationToken) =>
        await context.Set<CatalogueScope>().Where(s => apiId == null || s.ApiId == apiId).OrderBy(s => s.Name).ThenBy(s => s.Id).ToListAsync(cancellationToken);

    public Task<CatalogueScope?> FindAsync(ApiId apiId, string name, CancellationToken cancellationToken) =>
        context.Set<CatalogueScope>().FirstOrDefaultAsync(s => s.ApiId == apiId && s.Name == name, cancellationToken);

    public void Add(CatalogueScope scope) => context.Add(scope);

    public void Remove(CatalogueScope scope) => context.Remove(scope);
}

internal sealed class CatalogueScopeConfiguration : IEntityTypeConfiguration<CatalogueScope>
{
    public void Configure(EntityTypeBuilder<CatalogueScope> builder)
    {
        builder.ToTable("scopes", "access");
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Name).HasMaxLength(CatalogueScope.MaxNameLength);
        builder.Property(s => s.Description).HasMaxLength(CatalogueScope.MaxDescriptionLength);
        builder.HasIndex(s => new { s.ApiId, s.Name }).IsUnique();
    }
}
