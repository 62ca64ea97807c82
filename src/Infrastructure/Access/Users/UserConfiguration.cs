using DataHub.Domain.Access.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Users;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users", "access");
        builder.HasKey(u => u.Id);
        builder.Property(u => u.Id).ValueGeneratedNever();
        builder.Property(u => u.Email).HasMaxLength(User.MaxEmailLength);
        builder.Property(u => u.EmailKey).HasMaxLength(User.MaxEmailLength);
        builder.Property(u => u.Name).HasMaxLength(User.MaxNameLength);
        builder.Property(u => u.Role).HasConversion(r => Write(r), word => ReadRole(word)).HasMaxLength(10);
        builder.Property(u => u.Status).HasConversion(s => Write(s), word => ReadStatus(word)).HasMaxLength(10);
        builder.Ignore(u => u.IsUsableGlobalAdmin);

        // Over all tenants: people sign in with it before anybody knows their tenant.
        builder.HasIndex(u => u.EmailKey).IsUnique();
        builder.HasIndex(u => new { u.CreatedAt, u.Id });
    }

    private static string Write<T>(T word) where T : struct, Enum => word.ToString().ToLowerInvariant();

    private static Role ReadRole(string word) => Enum.Parse<Role>(word, ignoreCase: true);

    private static UserStatus ReadStatus(string word) => Enum.Parse<UserStatus>(word, ignoreCase: true);
}
