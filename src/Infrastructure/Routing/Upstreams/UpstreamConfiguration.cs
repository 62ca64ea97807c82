using DataHub.Domain.Routing;
using DataHub.Domain.Routing.Upstreams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Routing.Upstreams;

internal sealed class UpstreamConfiguration : IEntityTypeConfiguration<Upstream>
{
    public void Configure(EntityTypeBuilder<Upstream> builder)
    {
        builder.ToTable("upstreams", "routing");
        builder.HasKey(u => u.Id);
        builder.Property(u => u.Id).ValueGeneratedNever();
        builder.Property(u => u.Name).HasMaxLength(ResourceName.MaxLength);
        builder.Property(u => u.LoadBalancing).HasConversion<string>().HasMaxLength(30);
        builder.Property(u => u.Destinations).HasJsonb();
        builder.Property(u => u.HttpVersion).HasMaxLength(3);
        builder.Property(u => u.Metadata).HasJsonb();
        builder.HasIndex(u => new { u.TenantId, u.Name }).IsUnique();
        builder.HasIndex(u => new { u.CreatedAt, u.Id });
    }
}
