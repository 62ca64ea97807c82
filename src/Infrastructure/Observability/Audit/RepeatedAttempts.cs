namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>
/// Bounds what a caller without rights can add to the trail: the first attempt of a minute is recorded at once, equal ones after it are
/// counted and recorded together when the minute is over. Attempts that only their details tell apart are different up to a number for each
/// caller; past it they are equal. Past a number of different attempts all others are counted as one.
/// </summary>
internal sealed class RepeatedAttempts(TimeProvider clock)
{
    /// <summary>Different attempts that a node records in a minute.</summary>
    public const int Capacity = 200;

    /// <summary>Attempts of one caller in a minute that are told apart by their details, such as the mail address of a sign-in.</summary>
    public const int DetailsPerCaller = 50;

    // What only details tell apart leaves the other half to other callers and endpoints.
    private const int DetailsCapacity = Capacity / 2;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Entry> _entries = [];

    /// <summary>Takes an attempt.</summary>
    /// <returns>What is to be recorded now; null when it was counted.</returns>
    public AuditDraft? Admit(AuditDraft draft)
    {
        lock (_gate)
        {
            var (key, kept) = Place(draft);
            if (_entries.TryGetValue(key, out var entry))
            {
                // The address and request of the latest one stand for all of them.
                _entries[key] = entry with { Draft = kept, More = entry.More + 1 };
                return null;
            }

            _entries.Add(key, new Entry(kept, clock.GetUtcNow() + Window, 0));
            return kept;
        }
    }

    /// <summary>Gives back an attempt that could not be recorded; it is counted in the record of its minute.</summary>
    public void Owe(AuditDraft draft)
    {
        lock (_gate)
        {
            var (key, kept) = Place(draft);
            var entry = _entries.GetValueOrDefault(key, new Entry(kept, clock.GetUtcNow() + Window, 0));
            _entries[key] = entry with { More = entry.More + draft.Count };
        }
    }

    /// <summary>Takes out what was counted in minutes that are over.</summary>
    /// <param name="all">True: also in those that are not, since the process ends.</param>
    public IReadOnlyList<AuditDraft> TakeDue(bool all)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var due = _entries.Where(e => all || e.Value.Ends <= now).ToList();
            due.ForEach(e => _entries.Remove(e.Key));
            return [.. due.Where(e => e.Value.More > 0).Select(e => e.Value.Draft with { Count = e.Value.More })];
        }
    }

    private (Key Key, AuditDraft Draft) Place(AuditDraft draft)
    {
        var key = new Key(draft.Tenant.Value, draft.ActorId, draft.ActorKind == "anonymous" ? draft.ClientIp : null, draft.Action, draft.ResourceType, draft.ResourceId, draft.Code, null);
        if (draft.Details is not null)
        {
            var detailed = key with { Details = draft.Details };
            if (_entries.ContainsKey(detailed) || (_entries.Count < DetailsCapacity && _entries.Keys.Count(detailed.IsToldApartBeside) < DetailsPerCaller))
            {
                return (detailed, draft);
            }
        }

        if (_entries.Count < Capacity || _entries.ContainsKey(key))
        {
            return (key, draft);
        }

        var rest = draft with { ActorId = "various", ActorSubject = null, ResourceType = "various", ResourceId = null, ClientIp = null, UserAgent = null, Code = null, Details = null };
        return (new Key(draft.Tenant.Value, rest.ActorId, null, "", rest.ResourceType, null, null, null), rest);
    }

    private readonly record struct Key(Guid Tenant, string Actor, string? Address, string Action, string ResourceType, string? ResourceId, string? Code, string? Details)
    {
        public bool IsToldApartBeside(Key other) => other.Details is not null && other.Actor == Actor && other.Address == Address;
    }

    private sealed record Entry(AuditDraft Draft, DateTimeOffset Ends, int More);
}
