namespace DataHub.Application.Traffic.RateLimits;

/// <summary>The part of every limit that this node may admit by itself.</summary>
/// <remarks>
/// Requests that nodes admit alone are dealt out like cards: of a limit of 10 over 4 nodes, the ranks 0 and 1 get three and the ranks 2
/// and 3 get two. The sum is the limit, never more; where there are more nodes than requests, the highest ranks get none.
/// </remarks>
/// <param name="Nodes">Nodes that share the limits, at least 1.</param>
/// <param name="Rank">Place of this node among them, from 0.</param>
/// <param name="Opened">
/// From 0 to 1: how much of the share may be used of a counter that nobody told this node of. It grows within the first second of an
/// outage, so that a moment without the shared counts cannot admit a whole share.
/// </param>
public readonly record struct NodeShare(int Nodes, int Rank, double Opened)
{
    /// <summary>A node that is alone.</summary>
    public static readonly NodeShare Whole = new(1, 0, 1);
}
