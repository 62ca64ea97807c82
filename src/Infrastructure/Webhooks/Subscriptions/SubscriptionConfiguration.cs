using DataHub.Domain.Webhooks.Subscriptions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

internal sealed class SubscriptionConfiguration : IEntityTypeConfiguration<Subscription>
{
    public void Configure(EntityTypeBuilder<Subscription> builder)
    {
        builder.ToTable("subscriptions", "webhooks");
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Definition).HasColumnType("jsonb").HasConversion(
            value => SubscriptionJson.Write(value), json => SubscriptionJson.Read<SubscriptionDefinition>(json), Comparer<SubscriptionDefinition>());
        builder.Property(s => s.Secrets).HasColumnType("jsonb").HasConversion(
            value => SubscriptionJson.Write(value), json => SubscriptionJson.Read<List<SubscriptionSecret>>(json), Comparer<IReadOnlyList<SubscriptionSecret>>());
        builder.Property(s => s.DisabledReason).HasConversion<string>().HasMaxLength(20);
        builder.Ignore(s => s.NextSecretNumber);
        builder.HasIndex(s => new { s.TenantId, s.CreatedAt, s.Id });
        builder.HasIndex(s => s.KeyId).HasFilter("key_id IS NOT NULL");
    }

    private static ValueComparer<T> Comparer<T>() => new(
        (a, b) => SubscriptionJson.Write(a) == SubscriptionJson.Write(b), value => SubscriptionJson.Write(value).GetHashCode(StringComparison.Ordinal), value => value);
}
