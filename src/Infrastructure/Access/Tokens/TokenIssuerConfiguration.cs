using System.Text.Json;
using DataHub.Domain.Access.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Tokens;

internal sealed class TokenIssuerConfiguration : IEntityTypeConfiguration<TokenIssuer>
{
    public void Configure(EntityTypeBuilder<TokenIssuer> builder)
    {
        builder.ToTable("token_issuers", "access");
        builder.HasKey(i => i.Id);
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.Property(i => i.Name).HasMaxLength(IssuerDefinition.MaxNameLength);
        builder.Property(i => i.Definition).HasColumnType("jsonb").HasConversion(
            value => Write(value),
            json => JsonSerializer.Deserialize<IssuerDefinition>(json, IssuerJson.Options)!,
            new ValueComparer<IssuerDefinition>((a, b) => Write(a) == Write(b), value => Write(value).GetHashCode(StringComparison.Ordinal), value => value));
        builder.HasIndex(i => new { i.TenantId, i.Name }).IsUnique();
        builder.HasIndex(i => new { i.CreatedAt, i.Id });
    }

    private static string Write(IssuerDefinition? value) => JsonSerializer.Serialize(value, IssuerJson.Options);
}
