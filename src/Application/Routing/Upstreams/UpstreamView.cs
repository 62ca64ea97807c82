using DataHub.Domain.Routing.Upstreams;

namespace DataHub.Application.Routing.Upstreams;

/// <summary>An upstream as it is shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Unique name.</param>
/// <param name="LoadBalancing">How a destination is chosen.</param>
/// <param name="Destinations">The addresses.</param>
/// <param name="HttpVersion"><c>1.1</c> or <c>2</c>.</param>
/// <param name="ConnectTimeoutMs">Milliseconds to connect.</param>
/// <param name="TimeoutSeconds">Seconds without a byte after which an exchange ends.</param>
/// <param name="Metadata">Free notes.</param>
/// <param name="CreatedAt">UTC instant.</param>
/// <param name="UpdatedAt">UTC instant.</param>
/// <param name="Version">The entity tag without its quotes.</param>
public sealed record UpstreamView(
    string Id,
    string Name,
    LoadBalancing LoadBalancing,
    IReadOnlyList<Destination> Destinations,
    string HttpVersion,
    int ConnectTimeoutMs,
    int TimeoutSeconds,
    IReadOnlyDictionary<string, string> Metadata,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>The state that PUT would take.</summary>
    /// <returns>A definition.</returns>
    public UpstreamDefinition ToDefinition() => new(Name, LoadBalancing, Destinations, HttpVersion, ConnectTimeoutMs, TimeoutSeconds, Metadata);

    /// <summary>Shows an upstream.</summary>
    /// <param name="upstream">The upstream.</param>
    /// <param name="changed">True when the change is not saved yet, which will raise the version.</param>
    /// <returns>What is shown.</returns>
    public static UpstreamView Of(Upstream upstream, bool changed = false) => new(
        upstream.Id.ToString(), upstream.Name, upstream.LoadBalancing, upstream.Destinations, upstream.HttpVersion, upstream.ConnectTimeoutMs,
        upstream.TimeoutSeconds, upstream.Metadata, upstream.CreatedAt, upstream.UpdatedAt, upstream.Version + (changed ? 1 : 0));
}
