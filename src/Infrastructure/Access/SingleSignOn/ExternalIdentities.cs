using DataHub.Application.Access.SingleSignOn;
using DataHub.Domain.Access.Users;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Access.SingleSignOn;

internal sealed class ExternalIdentities(DataHubDbContext context) : IExternalIdentities
{
    public async Task<UserId?> FindAsync(string issuer, string subject, CancellationToken cancellationToken) =>
        (await context.Set<ExternalIdentity>().AsNoTracking().FirstOrDefaultAsync(i => i.Issuer == issuer && i.Subject == subject, cancellationToken))?.UserId;

    public void Add(string issuer, string subject, UserId userId, DateTimeOffset now) =>
        context.Add(new ExternalIdentity { Issuer = issuer, Subject = subject, UserId = userId, CreatedAt = now });
}

/// <summary>Which user a person of an identity provider is.</summary>
internal sealed class ExternalIdentity
{
    public string Issuer { get; init; } = "";

    public string Subject { get; init; } = "";

    public UserId UserId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ExternalIdentityConfiguration : IEntityTypeConfiguration<ExternalIdentity>
{
    public void Configure(EntityTypeBuilder<ExternalIdentity> builder)
    {
        builder.ToTable("external_identities", "access");
        builder.HasKey(i => new { i.Issuer, i.Subject });
        builder.Property(i => i.Issuer).HasMaxLength(500);
        builder.Property(i => i.Subject).HasMaxLength(OpenIdProvider.MaxSubjectLength);
        builder.HasOne<User>().WithMany().HasForeignKey(i => i.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
