using DataHub.Application.Abstractions;
using DataHub.Domain.SharedKernel;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace DataHub.Infrastructure.Persistence;

internal sealed class PendingChanges(DataHubDbContext context) : IPendingChanges
{
    public IReadOnlyList<PendingChange> Read() =>
        [.. context.ChangeTracker.Entries<IAggregateRoot>()
            .Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted || PartsChanged(entry))
            .Select(entry => new PendingChange(entry.Entity, KindOf(entry.State), name => entry.Property(name).OriginalValue))];

    public Task SaveAsync(CancellationToken cancellationToken) => context.SaveChangesAsync(cancellationToken);

    // Such as the secrets of a key: rows of their own, and yet the key.
    private static bool PartsChanged(EntityEntry<IAggregateRoot> entry) =>
        entry.Collections.Any(c => c.Metadata.TargetEntityType.IsOwned() && c.CurrentValue is not null
            && c.CurrentValue.Cast<object>().Any(part => entry.Context.Entry(part).State is not EntityState.Unchanged and not EntityState.Detached));

    private static ChangeKind KindOf(EntityState state) => state switch
    {
        EntityState.Added => ChangeKind.Added,
        EntityState.Deleted => ChangeKind.Deleted,
        _ => ChangeKind.Modified,
    };
}
