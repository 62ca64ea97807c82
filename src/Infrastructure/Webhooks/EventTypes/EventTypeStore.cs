using DataHub.Application.Webhooks.EventTypes;
using DataHub.Domain.Webhooks.Events;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace DataHub.Infrastructure.Webhooks.EventTypes;

internal sealed class EventTypeConfiguration : IEntityTypeConfiguration<EventType>
{
    public void Configure(EntityTypeBuilder<EventType> builder)
    {
        builder.ToTable("event_types", "webhooks");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Name).HasMaxLength(StoredEvent.MaxTypeLength);
        builder.Property(t => t.Description).HasMaxLength(EventType.MaxDescriptionLength);
        builder.Property(t => t.Scope).HasMaxLength(EventType.MaxScopeLength);
        builder.HasIndex(t => new { t.TenantId, t.Name }).IsUnique();
    }
}

internal sealed class EventTypeRepository(DataHubDbContext context) : IEventTypeRepository
{
    public Task<EventType?> FindAsync(string name, CancellationToken cancellationToken) =>
        context.Set<EventType>().FirstOrDefaultAsync(t => t.Name == name, cancellationToken);

    public async Task<IReadOnlyList<EventType>> ReadAllAsync(CancellationToken cancellationToken) =>
        await context.Set<EventType>().AsNoTracking().OrderBy(t => t.Name).ToListAsync(cancellationToken);

    public void Add(EventType type) => context.Add(type);

    public void Remove(EventType type) => context.Remove(type);
}
