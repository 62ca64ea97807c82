using DataHub.Domain.Routing;
using DataHub.Domain.Routing.Apis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Routing.Apis;

internal sealed class PublishedApiConfiguration : IEntityTypeConfiguration<PublishedApi>
{
    public void Configure(EntityTypeBuilder<PublishedApi> builder)
    {
        builder.ToTable("apis", "routing");
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.Property(a => a.Name).HasMaxLength(ResourceName.MaxLength);
        builder.Property(a => a.Slug).HasMaxLength(ApiDefinition.MaxSlugLength);
        builder.Property(a => a.Description).HasMaxLength(ApiDefinition.MaxDescriptionLength);
        builder.Property(a => a.BasePath).HasMaxLength(ApiDefinition.MaxBasePathLength);
        builder.Property(a => a.Metadata).HasJsonb();
        // Over all tenants: slugs share one URL space.
        builder.HasIndex(a => a.Slug).IsUnique();
        builder.HasIndex(a => new { a.CreatedAt, a.Id });
    }
}
