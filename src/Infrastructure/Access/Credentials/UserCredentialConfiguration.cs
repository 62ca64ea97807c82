using DataHub.Domain.Access.Credentials;
using DataHub.Domain.Access.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Credentials;

internal sealed class UserCredentialConfiguration : IEntityTypeConfiguration<UserCredential>
{
    public void Configure(EntityTypeBuilder<UserCredential> builder)
    {
        builder.ToTable("user_credentials", "access");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.HasOne<User>().WithOne().HasForeignKey<UserCredential>(c => c.Id).OnDelete(DeleteBehavior.Cascade);
        builder.Property(c => c.PasswordHash).HasMaxLength(200);
        builder.Ignore(c => c.RecoveryCodes);
        builder.Property<List<byte[]>>("_recoveryCodes").HasColumnName("recovery_codes").HasColumnType("bytea[]");
    }
}
