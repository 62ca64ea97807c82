using System.Text.Json.Nodes;
using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Audit;
using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.SharedKernel;
using DataHub.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>
/// Collects what a command changes: every aggregate that is saved, with its state before and after, and the notes of the use case. A note
/// on a resource that changed names the action of that change.
/// </summary>
internal sealed class AuditCapture(WriteContext write, AuditWriter writer, IEventPublisher events, IOptions<AuditOptions> options) : ICommitStep
{
    private readonly List<Change> _changes = [];
    private readonly List<Noted> _notes = [];

    /// <summary>Adds a note of the use case.</summary>
    public void Note(string action, string resourceType, string resourceId, object? details) =>
        _notes.Add(new Noted(action, resourceType, resourceId, AuditValues.Details(details)));

    public void OnSaving(DbContext context)
    {
        var entries = context.ChangeTracker.Entries<IAggregateRoot>().ToList();
        if (entries.Count == 0)
        {
            return;
        }

        var parts = AuditState.Parts(context.ChangeTracker);
        foreach (var entry in entries.Where(e => e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted || parts[e.Entity].Any(p => p.State != EntityState.Unchanged)))
        {
            var (before, after) = AuditState.Of(entry, parts);
            Add(entry, before, after);
        }
    }

    public async Task BeforeCommitAsync(DataHubDbContext context, CancellationToken cancellationToken)
    {
        var drafts = Drafts();
        Discard();
        if (drafts.Count == 0)
        {
            return;
        }

        await writer.AppendAsync((Npgsql.NpgsqlConnection)context.Database.GetDbConnection(), drafts, cancellationToken);
        if (options.Value.PublishEvents)
        {
            await PublishAsync(context, drafts, cancellationToken);
        }
    }

    public void Discard()
    {
        _changes.Clear();
        _notes.Clear();
    }

    /// <summary>A draft with what the request says of its caller.</summary>
    public static AuditDraft DraftOf(WriteContext write, Actor actor, TenantId tenant, string action, string resourceType, string? resourceId) => new()
    {
        Tenant = tenant,
        ActorKind = AuditWords.Of(actor.Kind),
        ActorId = actor.Id,
        ActorSubject = actor.Subject,
        Action = action,
        ResourceType = resourceType,
        ResourceId = resourceId,
        ClientIp = write.ClientIp,
        UserAgent = write.UserAgent,
        RequestId = write.RequestId,
        Result = "success",
    };

    // What happened and not what it looked like: states stay in the trail. Only of the tenant that the request works in, whose event it becomes.
    private async Task PublishAsync(DataHubDbContext context, List<AuditDraft> drafts, CancellationToken cancellationToken)
    {
        foreach (var draft in drafts.Where(d => d.Tenant == write.Tenant))
        {
            events.Publish("audit.recorded", new { draft.Action, draft.ResourceType, ResourceId = draft.ResourceId ?? "", Actor = draft.ActorId });
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    private List<AuditDraft> Drafts()
    {
        var drafts = new List<AuditDraft>();
        var notes = _notes.ToList();
        foreach (var change in _changes.Where(c => c.Before is not null || c.After is not null))
        {
            var note = notes.Find(n => n.ResourceType == change.ResourceType && n.ResourceId == change.ResourceId);
            notes.Remove(note!);
            drafts.Add(DraftOf(write, write.Actor, change.Tenant, note?.Action ?? $"{change.ResourceType}.{VerbOf(change)}", change.ResourceType, change.ResourceId) with
            {
                Details = note?.Details,
                Before = change.Before?.ToJsonString(AuditValues.Json),
                After = change.After?.ToJsonString(AuditValues.Json),
            });
        }

        drafts.AddRange(notes.Select(n => DraftOf(write, write.Actor, write.Tenant, n.Action, n.ResourceType, n.ResourceId) with { Details = n.Details }));
        return drafts;
    }

    private void Add(EntityEntry<IAggregateRoot> entry, JsonObject? before, JsonObject? after)
    {
        var id = entry.Property("Id").CurrentValue!.ToString()!;
        var type = AuditWords.TypeOf(id, entry.Metadata.ClrType);
        var change = _changes.Find(c => c.ResourceType == type && c.ResourceId == id);
        if (change is null)
        {
            var tenant = entry.Entity is ITenantOwned owned ? owned.TenantId : write.Tenant;
            _changes.Add(new Change(type, id, tenant) { Before = before, After = after });
            return;
        }

        // Saved twice in one command: from the first state to the last.
        change.After = after is null ? null : Merge(change.After, after);
        change.Before = change.Before is null ? null : before is null ? change.Before : Merge(before, change.Before);
    }

    private static JsonObject Merge(JsonObject? below, JsonObject above)
    {
        var merged = below?.DeepClone().AsObject() ?? [];
        foreach (var (name, value) in above)
        {
            merged[name] = value?.DeepClone();
        }

        return merged;
    }

    private string VerbOf(Change change) => change switch
    {
        { Before: null } => "create",
        { After: null } => "delete",
        _ => AuditWords.VerbOf(write.Command),
    };

    private sealed record Noted(string Action, string ResourceType, string ResourceId, string? Details);

    private sealed record Change(string ResourceType, string ResourceId, TenantId Tenant)
    {
        public JsonObject? Before { get; set; }

        public JsonObject? After { get; set; }
    }
}
