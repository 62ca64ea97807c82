using DataHub.Domain.Access.SelfService;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.SelfService;

internal sealed class RegistrationConfiguration : IEntityTypeConfiguration<Registration>
{
    public void Configure(EntityTypeBuilder<Registration> builder)
    {
        builder.ToTable("registrations", "access");
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Name).HasMaxLength(Registration.MaxNameLength);
        builder.Property(r => r.Email).HasMaxLength(Registration.MaxEmailLength);
        builder.Property(r => r.MailDomain).HasMaxLength(Registration.MaxEmailLength);
        builder.Property(r => r.Purpose).HasMaxLength(Registration.MaxPurposeLength);
        builder.Property(r => r.Address).HasMaxLength(45);
        builder.Property(r => r.DecidedBy).HasMaxLength(40);
        builder.Property(r => r.Segment).IsWord();
        builder.Property(r => r.Status).IsWord();
        builder.Ignore(r => r.Scopes);
        builder.Property<string[]?>("_scopes").HasColumnName("scopes").HasColumnType("text[]");
        builder.HasIndex(r => new { r.CreatedAt, r.Id });
    }
}

internal sealed class SignUpCodeConfiguration : IEntityTypeConfiguration<SignUpCode>
{
    public void Configure(EntityTypeBuilder<SignUpCode> builder)
    {
        builder.ToTable("sign_up_codes", "access");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.Last4).HasMaxLength(4);
        builder.Property(c => c.Note).HasMaxLength(SignUpCode.MaxNoteLength);
        builder.Property(c => c.Segment).IsWord();
        builder.Ignore(c => c.Scopes);
        builder.Property<string[]?>("_scopes").HasColumnName("scopes").HasColumnType("text[]");
        builder.HasIndex(c => c.Digest).IsUnique();
    }
}

/// <summary>Keeps an enumeration as its word in lower case.</summary>
internal static class WordColumn
{
    public static void IsWord<TEnum>(this PropertyBuilder<TEnum> property) where TEnum : struct, Enum =>
        property.HasMaxLength(20).HasConversion(value => value.ToString().ToLowerInvariant(), word => Read<TEnum>(word));

    private static TEnum Read<TEnum>(string word) where TEnum : struct, Enum => Enum.Parse<TEnum>(word, ignoreCase: true);
}
