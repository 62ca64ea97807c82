using DataHub.Domain.Access.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Tokens;

/// <summary>The row of <see cref="KeySetStore"/>: public keys, nothing secret.</summary>
internal sealed class IssuerKeySet
{
    public TokenIssuerId IssuerId { get; init; }

    public string Place { get; init; } = "";

    public byte[] Keys { get; init; } = [];

    public DateTimeOffset FetchedAt { get; init; }
}

internal sealed class IssuerKeySetConfiguration : IEntityTypeConfiguration<IssuerKeySet>
{
    public void Configure(EntityTypeBuilder<IssuerKeySet> builder)
    {
        builder.ToTable("issuer_key_sets", "access");
        builder.HasKey(k => k.IssuerId);
        builder.Property(k => k.IssuerId).ValueGeneratedNever();
        builder.Property(k => k.Place).HasMaxLength(64);
        builder.HasOne<TokenIssuer>().WithOne().HasForeignKey<IssuerKeySet>(k => k.IssuerId).OnDelete(DeleteBehavior.Cascade);
    }
}
