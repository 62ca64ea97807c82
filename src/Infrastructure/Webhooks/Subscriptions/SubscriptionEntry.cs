using DataHub.Application.Webhooks.Contracts;
using DataHub.Domain.Access.ApiKeys;
using DataHub.Domain.Webhooks.Filters;
using DataHub.Domain.Webhooks.Mapping;
using DataHub.Domain.Webhooks.Subscriptions;

namespace DataHub.Infrastructure.Webhooks.Subscriptions;

/// <summary>A subscription in memory: opened, its filter and mapping compiled; immutable.</summary>
/// <param name="Target">What the sender needs.</param>
/// <param name="Filter">Condition on the payload; null: none.</param>
/// <param name="Mapping">How the payload is changed; null: not at all.</param>
/// <param name="Payload">Full or thin.</param>
/// <param name="Key">The key that bounds it; null: nothing does.</param>
/// <param name="Consumer">Printed id of whose key that is; null without one.</param>
internal sealed record SubscriptionEntry(SubscriptionTarget Target, PayloadFilter? Filter, PayloadMapping? Mapping, PayloadMode Payload, ApiKeyId? Key, string? Consumer)
{
    public Guid Id => Target.Id.Value;
}

/// <summary>The subscriptions of a tenant by what they name, so that an event costs as much as it has takers. Immutable but for what it remembers.</summary>
internal sealed class SubscriptionIndex
{
    private const int MaxRemembered = 10_000;

    private readonly Dictionary<string, List<SubscriptionEntry>> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SubscriptionEntry>> _prefixes = new(StringComparer.Ordinal);
    private readonly List<SubscriptionEntry> _all = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, SubscriptionEntry[]> _takers = new(StringComparer.Ordinal);

    public SubscriptionIndex(IEnumerable<SubscriptionEntry> entries)
    {
        foreach (var entry in entries)
        {
            foreach (var pattern in entry.Target.EventTypes)
            {
                ListOf(pattern).Add(entry);
            }
        }
    }

    /// <summary>Who names a type, as such or by a wildcard, in the order of ids.</summary>
    public SubscriptionEntry[] TakersOf(string type)
    {
        if (_takers.TryGetValue(type, out var known))
        {
            return known;
        }

        var found = Find(type);
        if (_takers.Count < MaxRemembered)
        {
            _takers[type] = found;
        }

        return found;
    }

    /// <summary>Where to go on after an id.</summary>
    public static int After(SubscriptionEntry[] takers, Guid id)
    {
        var (low, high) = (0, takers.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = takers[middle].Id.CompareTo(id) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private SubscriptionEntry[] Find(string type)
    {
        var found = new List<SubscriptionEntry>(_all);
        found.AddRange(_exact.GetValueOrDefault(type, []));
        for (var dot = type.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = type.IndexOf('.', dot + 1))
        {
            found.AddRange(_prefixes.GetValueOrDefault(type[..(dot + 1)], []));
        }

        found.Sort((a, b) => a.Id.CompareTo(b.Id));
        return [.. found.DistinctBy(e => e.Id)];
    }

    private List<SubscriptionEntry> ListOf(string pattern)
    {
        if (pattern == EventTypePattern.All)
        {
            return _all;
        }

        var (map, key) = EventTypePattern.IsPrefix(pattern) ? (_prefixes, pattern[..^1]) : (_exact, pattern);
        return map.TryGetValue(key, out var list) ? list : map[key] = [];
    }
}
