using System.Text.Json;
using DataHub.Infrastructure.Persistence;

namespace DataHub.Infrastructure.Hosting;

/// <summary>Who tells of the nodes.</summary>
internal enum NodeSource
{
    /// <summary><c>platform.nodes</c>.</summary>
    Database,

    /// <summary>The set of nodes in Redis.</summary>
    Redis,
}

/// <summary>How many nodes there are, and the place of this one among them.</summary>
/// <param name="Nodes">At least 1.</param>
/// <param name="Rank">How many of them have a lower id.</param>
internal sealed record NodeStanding(int Nodes, int Rank);

/// <summary>
/// Knows how many nodes share the limits: the most that any source tells of. A rise counts at once, a fall after it was told for a
/// while: after an outage the first node to be back sees itself alone. While no source answers the last count stands; it is kept on
/// disk, so that a start without any source is careful too.
/// </summary>
/// <param name="self">The run of this node.</param>
/// <param name="kept">Where the last count is kept.</param>
/// <param name="clock">Measures how old a report is.</param>
internal sealed class NodeCensus(Guid self, SnapshotFile kept, TimeProvider clock)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FallHold = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly Report?[] _reports = new Report?[2];
    private NodeStanding _standing = new(1, 0);
    private NodeStanding? _fallingTo;
    private long _fallingSince;
    private long _lastReport;
    private NodeStanding? _saved;

    /// <summary>The run of this node.</summary>
    public Guid Self => self;

    /// <summary>What is known.</summary>
    public NodeStanding Standing => Volatile.Read(ref _standing);

    /// <summary>Takes the count of the last run.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await kept.ReadAsync(cancellationToken) is { } bytes && JsonSerializer.Deserialize<NodeStanding>(bytes) is { Nodes: > 0, Rank: >= 0 } last)
            {
                Volatile.Write(ref _standing, last);
                _saved = last;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Nothing is known, as at the first start.
        }
    }

    /// <summary>Keeps the count for the next start, when it has changed.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var standing = Standing;
        if (standing == _saved)
        {
            return;
        }

        try
        {
            await kept.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(standing), cancellationToken);
            _saved = standing;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Tried again at the next beat.
        }
    }

    /// <summary>Takes what a source told just now.</summary>
    public void Tell(NodeSource source, NodeStanding told)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (clock.GetElapsedTime(_lastReport, now) > Freshness)
            {
                _fallingTo = null;
            }

            _lastReport = now;
            _reports[(int)source] = new Report(told, now);
            var best = Best(now);
            if (best.Nodes >= _standing.Nodes)
            {
                _fallingTo = null;
                Volatile.Write(ref _standing, best);
            }
            else if (_fallingTo is null)
            {
                (_fallingTo, _fallingSince) = (best, now);
            }
            else
            {
                _fallingTo = Larger(_fallingTo, best);
                if (clock.GetElapsedTime(_fallingSince, now) >= FallHold)
                {
                    Volatile.Write(ref _standing, _fallingTo);
                    _fallingTo = null;
                }
            }
        }
    }

    private NodeStanding Best(long now)
    {
        NodeStanding? best = null;
        foreach (var report in _reports)
        {
            if (report is not null && clock.GetElapsedTime(report.At, now) <= Freshness)
            {
                best = best is null ? report.Standing : Larger(best, report.Standing);
            }
        }

        return best!;
    }

    // Of two with the same count the higher rank: it gets less of what cannot be divided.
    private static NodeStanding Larger(NodeStanding a, NodeStanding b) =>
        (b.Nodes, b.Rank).CompareTo((a.Nodes, a.Rank)) > 0 ? b : a;

    private sealed record Report(NodeStanding Standing, long At);
}
