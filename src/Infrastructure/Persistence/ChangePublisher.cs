using DataHub.Application.Abstractions;

namespace DataHub.Infrastructure.Persistence;

/// <summary>Collects the announcements of one command; the transaction runner sends them.</summary>
internal sealed class ChangePublisher : IChangePublisher
{
    private readonly HashSet<(string Topic, string Payload)> _changes = [];

    public void Publish(string topic, string payload = "") => _changes.Add((topic, payload));

    public IReadOnlyList<(string Topic, string Payload)> Drain()
    {
        var changes = _changes.ToList();
        _changes.Clear();
        return changes;
    }
}
