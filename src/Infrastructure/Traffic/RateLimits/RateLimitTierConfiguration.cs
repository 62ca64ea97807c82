using System.Text.Json;
using System.Text.Json.Serialization;
using DataHub.Domain.Traffic.RateLimits;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Traffic.RateLimits;

internal sealed class RateLimitTierConfiguration : IEntityTypeConfiguration<RateLimitTier>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    public void Configure(EntityTypeBuilder<RateLimitTier> builder)
    {
        builder.ToTable("rate_limit_tiers", "traffic");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Name).HasMaxLength(RateLimitTier.MaxNameLength);
        builder.HasIndex(t => new { t.TenantId, t.Name }).IsUnique();

        // Exactly one default: the aggregate keeps the last one, the index keeps a second one away.
        builder.HasIndex(t => t.IsDefault).IsUnique().HasFilter("is_default");
        builder.Property(t => t.Limits).HasColumnType("jsonb").HasConversion(
            limits => JsonSerializer.Serialize(limits, Json),
            text => JsonSerializer.Deserialize<List<RateLimit>>(text, Json)!,
            new ValueComparer<IReadOnlyList<RateLimit>>(
                (a, b) => a!.SequenceEqual(b!),
                limits => limits.Aggregate(0, (hash, limit) => HashCode.Combine(hash, limit)),
                limits => limits.ToList()));
    }
}
