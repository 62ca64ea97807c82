using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Access.Consumers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.ApiKeys;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys", "access");
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Id).ValueGeneratedNever();
        builder.Property(k => k.Name).HasMaxLength(ApiKey.MaxNameLength);
        builder.Property(k => k.Environment).HasConversion(e => KeyFormat.WordOf(e), word => ReadEnvironment(word)).HasMaxLength(10);
        builder.Property(k => k.RevokedReason).HasMaxLength(ApiKey.MaxReasonLength);
        builder.Property(k => k.CreatedBy).HasMaxLength(40);
        builder.Property(k => k.Metadata).IsJsonMap();
        builder.Property(k => k.ApiPermissions).IsApiPermissions();
        builder.Ignore(k => k.Rotation);
        builder.Ignore(k => k.Scopes);
        builder.Ignore(k => k.AllowedIps);
        builder.Property<string[]>("_scopes").HasColumnName("scopes").HasColumnType("text[]");
        builder.Property<string[]>("_allowedIps").HasColumnName("allowed_ips").HasColumnType("text[]");

        // Restrict: a key that is issued while its consumer is deleted loses the race with an error, not silently.
        builder.HasOne<Consumer>().WithMany().HasForeignKey(k => k.ConsumerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(k => new { k.CreatedAt, k.Id });
        builder.HasIndex(k => k.TierId).HasFilter("tier_id IS NOT NULL");
        builder.OwnsMany(k => k.Secrets, ConfigureSecrets);
        builder.Navigation(k => k.Secrets).HasField("_secrets").UsePropertyAccessMode(PropertyAccessMode.Field);
    }

    private static void ConfigureSecrets(OwnedNavigationBuilder<ApiKey, ApiKeySecret> secrets)
    {
        secrets.ToTable("api_key_secrets", "access");
        secrets.WithOwner().HasForeignKey("ApiKeyId");
        secrets.HasKey("ApiKeyId", nameof(ApiKeySecret.Version));
        secrets.Property(s => s.Version).ValueGeneratedNever();
        secrets.Property(s => s.Digest).HasConversion(digest => digest.ToArray(), bytes => ReadDigest(bytes));
        secrets.Property(s => s.Prefix).HasMaxLength(20);
        secrets.Property(s => s.Last4).HasMaxLength(4);

        // Unique, because the request path identifies the caller by the digest alone.
        secrets.HasIndex(s => s.Digest).IsUnique();
        secrets.HasIndex(s => s.Prefix);
    }

    private static KeyEnvironment ReadEnvironment(string word) => Enum.Parse<KeyEnvironment>(word, ignoreCase: true);

    private static SecretDigest ReadDigest(byte[] bytes) => new(bytes);
}
