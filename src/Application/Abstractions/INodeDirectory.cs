namespace DataHub.Application.Abstractions;

/// <summary>A node of this installation, as it told the database.</summary>
/// <param name="Id">The run of the process: a restarted node has a new one.</param>
/// <param name="Name">Name of the node.</param>
/// <param name="Address">Address and port that it was told to listen on, <c>localhost:3000</c>.</param>
/// <param name="Version">Version of its build.</param>
/// <param name="StartedAt">UTC instant of its start, by the database's clock.</param>
/// <param name="SeenAt">UTC instant at which it last told that it lives, by the database's clock.</param>
/// <param name="Alive">False when that is too long ago: it was killed, or cannot reach the database.</param>
/// <param name="IsSelf">True for the node that answers.</param>
public sealed record NodeEntry(Guid Id, string Name, string Address, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool Alive, bool IsSelf);

/// <summary>The nodes of this installation.</summary>
public interface INodeDirectory
{
    /// <summary>
    /// How many nodes share the limits, this one included: the most that Redis or the database told of lately, and the last known
    /// count while neither answers. At least 1.
    /// </summary>
    int KnownNodes { get; }

    /// <summary>Reads the nodes that were seen within the last hour, by name.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>At most <see cref="ListRequest.MaxLimit"/>.</returns>
    Task<IReadOnlyList<NodeEntry>> ListAsync(CancellationToken cancellationToken);
}
