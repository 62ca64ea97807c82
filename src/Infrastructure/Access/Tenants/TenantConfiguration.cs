using DataHub.Domain.Access.Tenants;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Tenants;

internal sealed class TenantConfiguration : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.ToTable("tenants", "access");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Name).HasMaxLength(Tenant.MaxNameLength);
        builder.Property(t => t.DisplayName).HasMaxLength(Tenant.MaxDisplayNameLength);
        builder.Property(t => t.Metadata).IsJsonMap();
        builder.Ignore(t => t.Hosts);
        builder.Property<string[]>("_hosts").HasColumnName("hosts").HasColumnType("text[]");
        builder.HasIndex(t => t.Name).IsUnique();
    }
}
