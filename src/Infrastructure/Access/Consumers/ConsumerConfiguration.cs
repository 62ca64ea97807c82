using DataHub.Domain.Access.Consumers;
using DataHub.Domain.Access.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Consumers;

internal sealed class ConsumerConfiguration : IEntityTypeConfiguration<Consumer>
{
    public void Configure(EntityTypeBuilder<Consumer> builder)
    {
        builder.ToTable("consumers", "access");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.Name).HasMaxLength(Consumer.MaxNameLength);
        builder.Property(c => c.Owner).HasMaxLength(Consumer.MaxOwnerLength);
        builder.Property(c => c.Segment).HasConversion(s => Write(s), word => Read(word)).HasMaxLength(10);
        builder.Property(c => c.SuspendedReason).HasMaxLength(Consumer.MaxReasonLength);
        builder.Property(c => c.Metadata).IsJsonMap();
        builder.HasIndex(c => new { c.TenantId, c.Name }).IsUnique();
        builder.HasIndex(c => c.OwnerUserId).HasFilter("owner_user_id IS NOT NULL");
        builder.HasOne<User>().WithMany().HasForeignKey(c => c.OwnerUserId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(c => new { c.CreatedAt, c.Id });
        builder.HasIndex(c => c.TierId).HasFilter("tier_id IS NOT NULL");
    }

    private static string Write(ConsumerSegment segment) => segment.ToString().ToLowerInvariant();

    private static ConsumerSegment Read(string word) => Enum.Parse<ConsumerSegment>(word, ignoreCase: true);
}
