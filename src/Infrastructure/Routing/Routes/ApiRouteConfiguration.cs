using DataHub.Domain.Routing;
using DataHub.Domain.Routing.Apis;
using DataHub.Domain.Routing.Routes;
using DataHub.Domain.Routing.Upstreams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Routing.Routes;

internal sealed class ApiRouteConfiguration : IEntityTypeConfiguration<ApiRoute>
{
    public void Configure(EntityTypeBuilder<ApiRoute> builder)
    {
        builder.ToTable("routes", "routing");
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Name).HasMaxLength(ResourceName.MaxLength);
        builder.Property(r => r.Path).HasMaxLength(PathTemplate.MaxLength);
        builder.Property(r => r.Hosts).HasJsonb();
        builder.Property(r => r.Methods).HasJsonb();
        builder.Property(r => r.Headers).HasJsonb();
        builder.Property(r => r.Query).HasJsonb();
        builder.Property(r => r.Auth).HasJsonb();
        builder.Property(r => r.RequiredScopes).HasJsonb();
        builder.Property(r => r.ScopeMatch).HasConversion<string>().HasMaxLength(10);
        builder.Property(r => r.StripPrefix).HasMaxLength(PathTemplate.MaxLength);
        builder.Property(r => r.PathRewrite).HasMaxLength(PathTemplate.MaxLength);
        builder.Property(r => r.Metadata).HasJsonb();

        // The use cases refuse with names before the database has to.
        builder.HasOne<PublishedApi>().WithMany().HasForeignKey(r => r.ApiId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Upstream>().WithMany().HasForeignKey(r => r.UpstreamId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => new { r.ApiId, r.Name }).IsUnique();
        builder.HasIndex(r => new { r.CreatedAt, r.Id });
    }
}
