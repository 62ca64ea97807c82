using DataHub.Domain.Access.Sessions;
using DataHub.Domain.Access.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.Sessions;

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions", "access");
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Method).HasMaxLength(Session.MaxMethodLength);
        builder.Property(s => s.Address).HasMaxLength(SessionClient.MaxAddressLength);
        builder.Property(s => s.Agent).HasMaxLength(SessionClient.MaxAgentLength);
        builder.Property(s => s.EndReason).HasConversion<string>().HasMaxLength(20);
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(s => s.UserId).HasFilter("ended_at IS NULL");
        builder.HasIndex(s => s.ExpiresAt);
    }
}

/// <summary>A refresh token that was issued. Kept until it would have expired, so that one that was used before is known again.</summary>
internal sealed class IssuedRefresh
{
    public byte[] Digest { get; init; } = [];

    public SessionId SessionId { get; init; }

    public int Generation { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class IssuedRefreshConfiguration : IEntityTypeConfiguration<IssuedRefresh>
{
    public void Configure(EntityTypeBuilder<IssuedRefresh> builder)
    {
        builder.ToTable("refresh_tokens", "access");
        builder.HasKey(t => t.Digest);
        builder.HasOne<Session>().WithMany().HasForeignKey(t => t.SessionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(t => t.ExpiresAt);
    }
}
